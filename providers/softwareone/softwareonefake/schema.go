package softwareonefake

// schema holds all kinds. The annotation isCore in the vendor's OpenAPI document
// says which of their fields are core,
// https://github.com/softwareone-platform/docs/blob/main/.gitbook/assets/openAPI.yaml.
type schema struct {
	account, user, group, buyer, seller, module, licensee *kind
	// accountUser is the older, nested form of a user in an account; member is the
	// newer, flat one.
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
	s.actor.addFields(coreFields("id", "name", "icon", "href"))
	s.event.addFields([]field{scalarField("at", moment).asCore(), objectField("by", s.actor)})
	s.instant.addFields([]field{scalarField("at", moment).asCore()})
	s.audit.addFields(s.events("created", "updated"))
	accepted := []field{scalarField("invitationAcceptedAt", moment)}
	s.userAudit.addFields(s.events("created", "updated"), s.instants("login"), accepted)
	s.accountUserAudit.addFields(s.events("created", "updated"), s.instants("access", "joined", "invited"), accepted)
	s.memberAudit.addFields(s.events("created", "updated"), s.instants("login", "access", "joined", "invited"), accepted)
	s.buyerAudit.addFields(s.events("created", "updated", "activated", "unassigned", "disabled"))
	s.licenseeAudit.addFields(s.events("created", "updated", "disabled"))
	s.message.addFields(coreFields("id", "message"), []field{scalarField("parameters", opaque)})
	s.address.addFields(coreFields("addressLine1", "addressLine2", "postCode", "city", "state", "country"))
	s.phone.addFields(coreFields("prefix", "number"))
	s.settings.addFields(coreFields("cultureCode", "languageCode"))
	s.invitation.addFields(textFields("url", "status"))
	s.contact.addFields(coreFields("name", "firstName", "lastName", "email"), textFields("type"), []field{
		objectField("phone", s.phone).asCore(), objectField("user", s.user),
	})
	s.accountIDs.addFields(coreFields("pyraTenantId"))
	s.buyerIDs.addFields(coreFields("erpCompanyContact", "erpCustomer", "accountExternalId"))
	s.filters.addFields([]field{scalarField("group.buyers", opaque)})
	s.eligibility.addFields(scalarFields(truth, true, []string{"client", "partner", "multi", "single"}))
	s.moduleSettings.addFields(
		scalarFields(truth, true, []string{"sharedAccount", "configurable", "default", "paid", "obsolete"}),
		[]field{scalarField("type", opaque), objectField("eligibility", s.eligibility)})
}

func (s *schema) events(names ...string) (fs []field) {
	for _, name := range names {
		fs = append(fs, objectField(name, s.event))
	}
	return fs
}

func (s *schema) instants(names ...string) (fs []field) {
	for _, name := range names {
		fs = append(fs, objectField(name, s.instant))
	}
	return fs
}

func (s *schema) people() {
	s.user.addFields(coreFields("id", "name", "icon"), []field{objectField("phone", s.phone).asCore()},
		textFields("email", "status", "firstName", "lastName"), []field{
			scalarField("lastLoginAt", moment), objectField("settings", s.settings), scalarField("revision", number),
			objectField("currentAccount", s.account), listField("accounts", s.account).asOperations(), objectField("audit", s.userAudit).asOnSelect(),
		})
	context := []field{
		objectField("account", s.account), objectField("invitation", s.invitation), listField("groups", s.group),
		listField("buyers", s.buyer), listField("modules", s.module),
	}
	s.accountUser.addFields(coreFields("id"), []field{objectField("user", s.user)}, context,
		[]field{scalarField("lastLoginAt", moment), objectField("audit", s.accountUserAudit).asOnSelect()})
	s.member.addFields(coreFields("id", "name", "icon"), []field{objectField("phone", s.phone).asCore()},
		textFields("email", "status", "firstName", "lastName"), []field{objectField("settings", s.settings)}, context,
		[]field{scalarField("memberLoginAt", moment), objectField("audit", s.memberAudit).asOnSelect()})
	s.group.addFields(coreFields("id", "name", "description", "logo"), []field{
		scalarField("isDefault", truth).asCore(), objectField("account", s.account), listField("modules", s.module),
		listField("users", s.user), listField("buyers", s.buyer), objectField("audit", s.audit).asOnSelect(),
	})
	s.module.addFields(coreFields("id", "name", "description"), []field{
		scalarField("isConfigurable", truth), scalarField("isEnabledByDefault", truth), scalarField("paid", truth).asCore(), scalarField("code", text),
		scalarField("accountTypes", opaque), objectField("filters", s.filters).asCore(), objectField("settings", s.moduleSettings).asCore(),
		objectField("audit", s.audit).asOnSelect(),
	})
}

func (s *schema) companies() {
	s.account.addFields(coreFields("id", "name", "icon", "type", "status"),
		textFields("externalId", "externalName", "serviceLevel", "technicalSupportEmail", "website", "description", "defaultLanguageCode"),
		[]field{
			objectField("externalIds", s.accountIDs), objectField("address", s.address), objectField("eligibility", s.eligibility),
			listField("groups", s.group).asOnSelect(), objectField("audit", s.audit).asOnSelect(),
		})
	s.buyer.addFields(coreFields("id", "name", "icon"), textFields("status", "taxId"), []field{
		objectField("contact", s.contact), objectField("externalIds", s.buyerIDs), objectField("address", s.address), objectField("account", s.account),
		listField("sellers", s.seller), listField("errors", s.message).asOperations(), objectField("audit", s.buyerAudit).asOnSelect(),
	})
	s.seller.addFields(coreFields("id", "name", "icon", "externalId"), textFields("status"), []field{
		scalarField("currencies", opaque), objectField("address", s.address),
		listField("buyers", s.buyer).asHidden(), objectField("audit", s.audit).asOnSelect(),
	})
	s.licensee.addFields(coreFields("id", "name", "icon", "externalId"), textFields("status", "description"), []field{
		objectField("contact", s.contact), objectField("address", s.address), scalarField("useBuyerAddress", truth), objectField("account", s.account),
		objectField("buyer", s.buyer), objectField("seller", s.seller), objectField("eligibility", s.eligibility), objectField("audit", s.licenseeAudit).asOnSelect(),
	})
}
