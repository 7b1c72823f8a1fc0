package softwareonefake

// schema holds all kinds. Which of their fields are core is told by the
// annotation isCore in the vendor's OpenAPI document,
// https://github.com/softwareone-platform/docs/blob/main/.gitbook/assets/openAPI.yaml.
type schema struct {
	account, user, group, buyer, seller, module, licensee *kind
	// accountUser is a user in an account in its older, nested form; member is
	// the newer, flat one.
	accountUser, member *kind

	actor, event, instant, message                *kind
	audit, userAudit, accountUserAudit            *kind
	memberAudit, buyerAudit, licenseeAudit        *kind
	address, phone, settings, invitation, contact *kind
	accountIDs, buyerIDs                          *kind
	filters, moduleSettings, eligibility          *kind
}

func newSchema() *schema {
	s := &schema{
		account: named("Account", "accounts"), user: named("User", "users"), group: named("UserGroup", "user-groups"),
		buyer: named("Buyer", "buyers"), seller: named("Seller", "sellers"), module: named("Module", "modules"),
		licensee: named("Licensee", "licensees"), accountUser: named("AccountUser", "account-users"),
		member: named("User", "users"), actor: named("Id", ""),
		event: part("Event"), instant: part("DateEvent"), message: part("ParametrisedMessage"),
		audit: part("Audit"), userAudit: part("UserAudit"), accountUserAudit: part("AccountUserAudit"),
		memberAudit: part("MemberAudit"), buyerAudit: part("BuyerAudit"), licenseeAudit: part("LicenseeAudit"),
		address: part("Address"), phone: part("PhoneNumber"), settings: part("UserSettings"), invitation: part("Invitation"),
		contact: part("Contact"), accountIDs: part("AccountExternalIds"), buyerIDs: part("BuyerExternalIds"),
		filters: part("Filters"), moduleSettings: part("ModuleSettings"), eligibility: part("Eligibility"),
	}
	s.parts()
	s.people()
	s.companies()
	return s
}

func named(name, path string) *kind { return &kind{name: name, path: path} }
func part(name string) *kind        { return &kind{name: name, part: true} }

func (s *schema) parts() {
	s.actor.have(cores("id", "name", "icon", "href"))
	s.event.have([]field{has("at", moment).short(), one("by", s.actor)})
	s.instant.have([]field{has("at", moment).short()})
	s.audit.have(s.events("created", "updated"))
	s.userAudit.have(s.events("created", "updated"), []field{has("invitationAcceptedAt", moment)})
	s.accountUserAudit.have(s.events("created", "updated"), s.instants("access", "joined"))
	s.memberAudit.have(s.events("created", "updated"), s.instants("login", "access", "joined"))
	s.buyerAudit.have(s.events("created", "updated", "activated", "unassigned", "disabled"))
	s.licenseeAudit.have(s.events("created", "updated", "disabled"))
	s.message.have(cores("id", "message"), []field{has("parameters", opaque)})
	s.address.have(cores("addressLine1", "addressLine2", "postCode", "city", "state", "country"))
	s.phone.have(cores("prefix", "number"))
	s.settings.have(cores("cultureCode", "languageCode"))
	s.invitation.have(texts("url", "status"))
	s.contact.have(cores("name", "firstName", "lastName", "email"), texts("type"), []field{
		one("phone", s.phone).short(), one("user", s.user),
	})
	s.accountIDs.have(cores("pyraTenantId"))
	s.buyerIDs.have(cores("erpCompanyContact", "erpCustomer", "accountExternalId"))
	s.filters.have([]field{has("group.buyers", opaque)})
	s.eligibility.have(each(truth, true, []string{"client", "partner", "multi", "single"}))
	s.moduleSettings.have(
		each(truth, true, []string{"sharedAccount", "configurable", "default", "paid", "obsolete"}),
		[]field{has("type", opaque), one("eligibility", s.eligibility)})
}

func (s *schema) events(names ...string) (fs []field) {
	for _, name := range names {
		fs = append(fs, one(name, s.event))
	}
	return fs
}

func (s *schema) instants(names ...string) (fs []field) {
	for _, name := range names {
		fs = append(fs, one(name, s.instant))
	}
	return fs
}

func (s *schema) people() {
	s.user.have(cores("id", "name", "icon"), []field{one("phone", s.phone).short()},
		texts("email", "status", "firstName", "lastName"), []field{
			has("lastLoginAt", moment), one("settings", s.settings), has("revision", number),
			one("currentAccount", s.account), many("accounts", s.account).ops(), one("audit", s.userAudit).onAsk(),
		})
	context := []field{
		one("account", s.account), one("invitation", s.invitation), many("groups", s.group),
		many("buyers", s.buyer), many("modules", s.module),
	}
	s.accountUser.have(cores("id"), []field{one("user", s.user)}, context, []field{one("audit", s.accountUserAudit).onAsk()})
	s.member.have(cores("id", "name", "icon"), []field{one("phone", s.phone).short()},
		texts("email", "status", "firstName", "lastName"), []field{one("settings", s.settings)}, context,
		[]field{one("audit", s.memberAudit).onAsk()})
	s.group.have(cores("id", "name", "description", "logo"), []field{
		has("isDefault", truth).short(), one("account", s.account), many("modules", s.module),
		many("users", s.user), many("buyers", s.buyer), one("audit", s.audit).onAsk(),
	})
	s.module.have(cores("id", "name", "description"), []field{
		has("isConfigurable", truth), has("isEnabledByDefault", truth), has("paid", truth).short(), has("code", text),
		has("accountTypes", opaque), one("filters", s.filters).short(), one("settings", s.moduleSettings).short(),
		one("audit", s.audit).onAsk(),
	})
}

func (s *schema) companies() {
	s.account.have(cores("id", "name", "icon", "type", "status"),
		texts("externalId", "externalName", "serviceLevel", "technicalSupportEmail", "website", "description", "defaultLanguageCode"),
		[]field{
			one("externalIds", s.accountIDs), one("address", s.address), one("eligibility", s.eligibility),
			many("groups", s.group).onAsk(), one("audit", s.audit).onAsk(),
		})
	s.buyer.have(cores("id", "name", "icon"), texts("status", "taxId"), []field{
		one("contact", s.contact), one("externalIds", s.buyerIDs), one("address", s.address), one("account", s.account),
		many("sellers", s.seller), many("errors", s.message).ops(), one("audit", s.buyerAudit).onAsk(),
	})
	s.seller.have(cores("id", "name", "icon", "externalId"), texts("status"), []field{
		has("currencies", opaque), one("address", s.address),
		many("buyers", s.buyer).onNoAsk(), one("audit", s.audit).onAsk(),
	})
	s.licensee.have(cores("id", "name", "icon", "externalId"), texts("status", "description"), []field{
		one("contact", s.contact), one("address", s.address), has("useBuyerAddress", truth), one("account", s.account),
		one("buyer", s.buyer), one("seller", s.seller), one("eligibility", s.eligibility), one("audit", s.licenseeAudit).onAsk(),
	})
}
