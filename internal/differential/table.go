package differential

import "slices"

// kind is how a field is selected.
type kind int

const (
	scalar kind = iota
	// object and objects have a selection; objects is a plain list.
	object
	objects
	connection
)

// field is a field of a type of the graph, as it is generated and checked.
type field struct {
	name string
	kind kind
	// of is the type of objects.
	of string
	// filter and order are the input types of the arguments, "" without the argument.
	filter, order string
}

func scalars(names ...string) (all []field) {
	for _, name := range names {
		all = append(all, field{name: name})
	}
	return all
}

func fields(groups ...[]field) (all []field) {
	for _, g := range groups {
		all = append(all, g...)
	}
	return all
}

func one(name, of string) []field  { return []field{{name: name, kind: object, of: of}} }
func many(name, of string) []field { return []field{{name: name, kind: objects, of: of}} }
func list(name, of string) []field { return []field{{name: name, kind: connection, of: of}} }

func filtered(name, of, filter, order string) []field {
	return []field{{name: name, kind: connection, of: of, filter: filter, order: order}}
}

// entity has the fields of all objects with an id.
var entity = fields(scalars("id", "vendorId"), one("provider", "Provider"))

// user has the fields of all users.
var user = fields(entity, scalars("login", "email", "contactEmail", "accountType", "vendorAccountType", "name", "firstName", "middleName", "lastName", "status", "vendorStatus", "icon", "lastLoginAt", "createdAt", "updatedAt"),
	one("phone", "Phone"), one("settings", "UserSettings"), many("customAttributes", "CustomAttribute"), one("audit", "Audit"),
	one("currentAccount", "Account"), list("memberships", "Membership"))

// The fields of the graph by type. SubOrganization and ParentOrganization are
// organizations that the credential may not act for: only what their row or reference
// holds is selected.
var types = map[string][]field{
	"Query": fields(
		filtered("users", "User", "UserFilter", "UserOrder"), filtered("accounts", "Account", "AccountFilter", "EntityOrder"),
		filtered("groups", "Group", "EntityFilter", "EntityOrder"), filtered("buyers", "Buyer", "BuyerFilter", "EntityOrder"),
		filtered("sellers", "Seller", "SellerFilter", "EntityOrder"), filtered("modules", "Module", "EntityFilter", "EntityOrder"),
		filtered("organizations", "Organization", "OrganizationFilter", "EntityOrder"),
		many("providers", "Provider"), one("provider", "Provider"),
		one("user", "User"), one("account", "Account"), one("group", "Group"), one("buyer", "Buyer"), one("seller", "Seller"),
		one("module", "Module"), one("organization", "Organization"), one("node", "Node"), many("nodes", "Node"),
		one("person", "Person"), many(peopleByEmail, "Person"), filtered("people", "Person", "PersonFilter", "PersonOrder"), many("_entities", "_Entity"),
	),
	"Provider": fields(scalars("id", "name", "vendor", "baseURL", "unreadableTenants"),
		filtered("users", "User", "UserFilter", "UserOrder"), filtered("accounts", "Account", "AccountFilter", "EntityOrder"),
		filtered("organizations", "Organization", "OrganizationFilter", "EntityOrder")),
	"User": fields(user, one("person", "Person")),
	"Membership": fields(entity, scalars("role", "vendorRole", "vendorRoleId", "license", "status", "joinedAt", "invitedAt", "lastAccessAt"),
		one("user", "User"), one("tenant", "Tenant"), one("account", "Account"), one("organization", "Organization"),
		one("invitation", "Invitation"), many("via", "Group"), many("groups", "Group"), many("buyers", "Buyer"), many("modules", "Module"), one("audit", "Audit")),
	"Account": fields(entity, scalars("name", "type", "status", "vendorStatus", "serviceLevel", "externalId", "externalName", "icon",
		"technicalSupportEmail", "website", "description", "createdAt", "updatedAt"),
		one("externalIds", "AccountExternalIds"), one("address", "Address"), one("plan", "AccountPlan"), one("audit", "Audit"),
		filtered("members", "Membership", "MembershipFilter", "UserOrder"), list("groups", "Group"), list("buyers", "Buyer")),
	"Organization": fields(entity, scalars("name", "type", "vendorType", "status", "vendorStatus", "createdAt", "updatedAt"),
		one("parent", "ParentOrganization"), list("subOrganizations", "SubOrganization"), many("roles", "Role"),
		filtered("members", "Membership", "MembershipFilter", "UserOrder")),
	"SubOrganization": fields(entity, scalars("name", "type", "vendorType", "status", "vendorStatus", "createdAt", "updatedAt"),
		one("parent", "ParentOrganization")),
	"ParentOrganization": fields(entity, scalars("name")),
	"Group": fields(entity, scalars("name", "description", "logo", "isDefault"), one("account", "Account"), many("modules", "Module"),
		list("users", "User"), list("buyers", "Buyer"), one("audit", "Audit")),
	"Buyer": fields(entity, scalars("name", "status", "vendorStatus", "icon", "taxId"), one("contact", "Contact"),
		one("externalIds", "BuyerExternalIds"), one("address", "Address"), one("account", "Account"), many("sellers", "Seller"),
		many("errors", "BuyerError"), one("audit", "Audit")),
	"Seller": fields(entity, scalars("name", "externalId", "status", "vendorStatus", "icon", "currencies"), one("address", "Address")),
	"Module": fields(entity, scalars("name", "description", "isConfigurable", "isEnabledByDefault", "paid", "accountTypes"),
		one("filters", "ModuleFilters"), one("settings", "ModuleSettings"), one("audit", "Audit")),
	"PersonMatch": fields(scalars("evidence", "conflict"), one("user", "User")),
	"Person": fields(scalars("email", "name", "lastLoginAt", "canSignIn", "licenses", "loginCount"), many("matches", "PersonMatch"), many("users", "User"), list("memberships", "Membership"), many("providers", "Provider"),
		many("unavailableProviders", "Provider")),
	"Role": scalars("vendorId", "name", "type", "vendorType", "isDefault"),

	"Node": scalars("id"), "_Entity": nil,
	"Tenant": fields(entity, scalars("name"), filtered("members", "Membership", "MembershipFilter", "UserOrder")),

	"Phone": scalars("prefix", "number"), "UserSettings": scalars("cultureCode", "languageCode"),
	"CustomAttribute": scalars("name", "value"), "Invitation": scalars("status", "vendorStatus", "url"),
	"AccountExternalIds": scalars("pyraTenantId"), "BuyerExternalIds": scalars("erpCompanyContact", "erpCustomer", "accountExternalId"),
	"AccountPlan": scalars("name", "userLimit", "fullUserLimit", "userCount", "fullUserCount", "basicUserCount", "expiresAt"),
	"Address":     scalars("addressLine1", "addressLine2", "postCode", "city", "state", "country"),
	"Contact":     fields(scalars("name", "firstName", "lastName", "email", "type"), one("phone", "Phone"), one("user", "User")),
	"BuyerError":  scalars(buyerErrorCode, "message"), "ModuleFilters": scalars("groupBuyers"),
	"ModuleSettings": scalars("sharedAccount", "configurable", "default", "paid", "type"),
	"Audit": fields(one("created", "AuditEvent"), one("updated", "AuditEvent"), one("activated", "AuditEvent"), one("unassigned", "AuditEvent"),
		one("disabled", "AuditEvent"), one("access", "AuditEvent"), one("joined", "AuditEvent")),
	"AuditEvent": fields(scalars("at"), one("by", "AuditActor")),
	"AuditActor": fields(scalars(actorVendorID, "name", "icon"), one("user", "User")),
}

// Names that the schema has.
const (
	peopleByEmail  = "peopleByEmail"
	buyerErrorCode = "code"
	actorVendorID  = "vendorId"
)

// members are the object types of an abstract type, which are selected in fragments.
var members = map[string][]string{
	"Node":    {"User", "Membership", "Account", "Organization", "Group", "Buyer", "Seller", "Module", "Provider"},
	"_Entity": {"User", "Membership", "Account", "Organization", "Group", "Buyer", "Seller", "Module", "Provider", "Person"},
	"Tenant":  {"Account", "Organization"},
}

// graphQL returns the name of a type in the schema.
func graphQL(typ string) string {
	switch typ {
	case "SubOrganization", "ParentOrganization":
		return "Organization"
	}
	return typ
}

// satisfies reports whether an object of a type satisfies a type condition.
func satisfies(typ, condition string) bool {
	typ = graphQL(typ)
	if typ == condition {
		return true
	}
	for _, t := range members[condition] {
		if t == typ {
			return true
		}
	}
	return false
}

// The values of enums in filters.
var enums = map[string][]string{
	"UserStatus":         {"ACTIVE", "INVITED", "INVITATION_EXPIRED", "INACTIVE", "BLOCKED", "DELETED", "OTHER"},
	"AccountStatus":      {"ACTIVE", "ENABLED", "DISABLED", "SUSPENDED", "CLOSED", "INACTIVE", "OTHER"},
	"OrganizationStatus": {"ACTIVATED", "VERIFYING", "DEACTIVATED", "DELETED", "OTHER"},
	"BuyerStatus":        {"ACTIVE", "ENABLED", "DISABLED", "DELETED", "UNASSIGNED", "CONFLICT", "MISMATCH", "OTHER"},
	"SellerStatus":       {"ACTIVE", "DISABLED", "OFFLINE", "DELETED", "OTHER"},
	"MembershipRole":     {"OWNER", "ADMIN", "STAFF", "DEVELOPER", "CONTENT_CONTRIBUTOR", "CUSTOM", "MEMBER", "OTHER"},
	"License":            {"NONE", "BASIC", "FULL", "OTHER"},
	"UserOrderField":     {"NAME", "EMAIL", "STATUS", "CREATED_AT", "UPDATED_AT", "LAST_LOGIN_AT"},
	"PersonOrderField":   {"EMAIL", "NAME", "LAST_LOGIN_AT", "PROVIDERS"},
	"EntityOrderField":   {"NAME", "CREATED_AT", "UPDATED_AT"},
	"OrderDirection":     {"ASC", "DESC"},
}

// conditions are the fields of filters, with the types of their values.
var conditions = map[string][][2]string{
	"UserFilter": {
		{"providers", "[String!]"}, {"email", "String"}, {"status", "[UserStatus!]"}, {"name", "String"}, {"createdAfter", "DateTime"},
		{"createdBefore", "DateTime"}, {"updatedAfter", "DateTime"}, {"updatedBefore", "DateTime"},
		{"lastLoginAfter", "DateTime"}, {"lastLoginBefore", "DateTime"}, {"neverLoggedIn", "Boolean"}, {"emailDomain", "String"}, {"hasEmail", "Boolean"},
	},
	"PersonFilter": {
		{"emails", "[String!]"}, {"emailDomain", "String"}, {"name", "String"}, {"providers", "[String!]"}, {"providersAtLeast", "Int"},
		{"canSignIn", "Boolean"}, {"lastLoginBefore", "DateTime"}, {"neverLoggedIn", "Boolean"}, {"licenses", "[License!]"},
		{"roles", "[MembershipRole!]"}, {"conflict", "Boolean"},
	},
	"AccountFilter":      {{"providers", "[String!]"}, {"name", "String"}, {"status", "[AccountStatus!]"}},
	"OrganizationFilter": {{"providers", "[String!]"}, {"name", "String"}, {"status", "[OrganizationStatus!]"}},
	"BuyerFilter":        {{"providers", "[String!]"}, {"name", "String"}, {"status", "[BuyerStatus!]"}},
	"SellerFilter":       {{"providers", "[String!]"}, {"name", "String"}, {"status", "[SellerStatus!]"}},
	"EntityFilter":       {{"providers", "[String!]"}, {"name", "String"}},
	"MembershipFilter":   {{"roles", "[MembershipRole!]"}, {"licenses", "[License!]"}, {"status", "[UserStatus!]"}, {"name", "String"}, {"email", "String"}},
}

// Selects reports whether queries select a field of an object type of the schema.
func Selects(typ, name string) bool {
	return slices.ContainsFunc(types[typ], func(f field) bool { return f.name == name })
}
