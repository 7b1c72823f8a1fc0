package differential

import (
	"fmt"
	"strings"
)

var (
	userStatuses = map[string]string{
		"Active": "ACTIVE", "New": "INVITED", "Invited": "INVITED", "InvitationExpired": "INVITATION_EXPIRED",
		"Disabled": "INACTIVE", "Blocked": "BLOCKED", "Deleted": "DELETED",
	}
	accountWords = []string{"ACTIVE", "ENABLED", "DISABLED"}
	buyerWords   = []string{"ACTIVE", "ENABLED", "DISABLED", "DELETED", "UNASSIGNED", "CONFLICT", "MISMATCH"}
	sellerWords  = []string{"ACTIVE", "DISABLED", "OFFLINE", "DELETED"}
)

// pages reads all rows of a collection, with the properties that it omits.
func (r *reader) pages(path, selects string, row func(record)) {
	for offset := 0; r.err == nil; offset += 100 {
		var w record
		r.list(fmt.Sprintf("/v1/accounts/%s?select=%s&order=id&limit=100&offset=%d", path, selects, offset), bearer(r.vendor.Token), &w)
		rows := records(w["data"])
		for _, w := range rows {
			row(w)
		}
		if len(rows) < 100 {
			return
		}
	}
}

// softwareOne reads the collections, then the users of each account.
func (r *reader) softwareOne() {
	var audits []func()
	audit := func(o *Object, w record) { audits = append(audits, func() { r.audit(o, w) }) }
	r.pages("accounts", "audit", func(w record) {
		a := r.account(w["id"].(string))
		for _, name := range []string{"name", "type", "serviceLevel", "externalId", "externalName", "icon", "technicalSupportEmail", "website", "description"} {
			a.Fields[name] = text(w[name])
		}
		a.Fields["status"], a.Fields["vendorStatus"] = enum(upperSnake(w["status"].(string)), accountWords...), text(w["status"])
		a.Fields["externalIds"] = part("AccountExternalIds", w["externalIds"], "pyraTenantId")
		a.Fields["address"] = address(w["address"])
		audit(a, w)
	})
	r.pages("users", "audit", func(w record) {
		u := r.user(w["id"].(string))
		for _, name := range []string{"name", "icon", "email", "firstName", "lastName"} {
			u.Fields[name] = text(w[name])
		}
		u.Fields["login"] = u.Fields["email"]
		u.Fields["status"], u.Fields["vendorStatus"] = rename(w["status"], userStatuses), text(w["status"])
		u.Fields["lastLoginAt"] = instant(w["lastLoginAt"])
		u.Fields["phone"] = part("Phone", w["phone"], "prefix", "number")
		u.Fields["settings"] = part("UserSettings", w["settings"], "cultureCode", "languageCode")
		u.Fields["currentAccount"] = r.reference("Account", w["currentAccount"])
		audit(u, w)
	})
	r.pages("modules", "audit", func(w record) {
		m := r.add(r.provider, "Module", w["id"].(string))
		for _, name := range []string{"name", "description"} {
			m.Fields[name] = text(w[name])
		}
		for _, name := range []string{"isConfigurable", "isEnabledByDefault", "paid"} {
			m.Fields[name] = w[name]
		}
		m.Fields["accountTypes"] = texts(w["accountTypes"])
		if filters, ok := w["filters"].(record); ok {
			m.Fields["filters"] = &Object{Type: "ModuleFilters", Fields: map[string]any{"groupBuyers": texts(filters["group.buyers"])}}
		}
		if settings, ok := w["settings"].(record); ok {
			s := &Object{Type: "ModuleSettings", Fields: map[string]any{"type": texts(settings["type"])}}
			for _, name := range []string{"sharedAccount", "configurable", "default", "paid"} {
				s.Fields[name] = settings[name]
			}
			m.Fields["settings"] = s
		}
		audit(m, w)
	})
	r.pages("sellers", "audit", func(w record) {
		s := r.add(r.provider, "Seller", w["id"].(string))
		for _, name := range []string{"name", "externalId", "icon"} {
			s.Fields[name] = text(w[name])
		}
		s.Fields["status"], s.Fields["vendorStatus"] = enum(upperSnake(w["status"].(string)), sellerWords...), text(w["status"])
		s.Fields["currencies"], s.Fields["address"] = texts(w["currencies"]), address(w["address"])
	})
	r.pages("buyers", "audit", func(w record) {
		b := r.add(r.provider, "Buyer", w["id"].(string))
		for _, name := range []string{"name", "icon", "taxId"} {
			b.Fields[name] = text(w[name])
		}
		b.Fields["status"], b.Fields["vendorStatus"] = enum(upperSnake(w["status"].(string)), buyerWords...), text(w["status"])
		b.Fields["externalIds"] = part("BuyerExternalIds", w["externalIds"], "erpCompanyContact", "erpCustomer", "accountExternalId")
		b.Fields["address"], b.Fields["sellers"] = address(w["address"]), r.references("Seller", w["sellers"])
		b.Fields["contact"] = r.contact(w["contact"])
		failures := []any{}
		for _, e := range records(w["errors"]) {
			failures = append(failures, &Object{Type: "BuyerError", Fields: map[string]any{buyerErrorCode: text(e["id"]), "message": text(e["message"])}})
		}
		if b.Fields["errors"] = failures; w["errors"] == nil {
			b.Fields["errors"] = absent{}
		}
		if a, ok := r.reference("Account", w["account"]).(*Object); ok {
			b.Fields["account"] = a
			append1(a, "buyers", b)
		}
		audit(b, w)
	})
	r.pages("user-groups", "audit", func(w record) {
		g := r.add(r.provider, "Group", w["id"].(string))
		for _, name := range []string{"name", "description", "logo"} {
			g.Fields[name] = text(w[name])
		}
		g.Fields["isDefault"], g.Fields["modules"] = w["isDefault"], r.references("Module", w["modules"])
		g.Fields["users"], g.Fields["buyers"] = r.children("User", w["users"]), r.children("Buyer", w["buyers"])
		if a, ok := r.reference("Account", w["account"]).(*Object); ok {
			g.Fields["account"] = a
			append1(a, "groups", g)
		}
		audit(g, w)
	})
	for _, a := range r.Lists["Account"] {
		if a.Provider == r.vendor.Name {
			r.pages(a.text("vendorId")+"/users", "audit", func(w record) { r.softwareOneMember(a, w, audit) })
		}
	}
	for _, add := range audits {
		add()
	}
}

func (r *reader) softwareOneMember(a *Object, w record, audit func(*Object, record)) {
	u := r.reference("User", w["user"]).(*Object)
	m := r.member(a, u)
	// Without an invitation, the status is that of the user.
	m.Fields["role"], m.Fields["status"] = "MEMBER", u.Fields["status"]
	if invitation, ok := w["invitation"].(record); ok {
		m.Fields["status"] = rename(invitation["status"], userStatuses)
		m.Fields["invitation"] = &Object{Type: "Invitation", Fields: map[string]any{
			"status":       rename(invitation["status"], map[string]string{"Invited": "INVITED", "Active": "ACTIVE", "InvitationExpired": "INVITATION_EXPIRED"}),
			"vendorStatus": text(invitation["status"]), "url": text(invitation["url"]),
		}}
	}
	m.Fields["groups"], m.Fields["buyers"], m.Fields["modules"] = r.references("Group", w["groups"]), r.references("Buyer", w["buyers"]), r.references("Module", w["modules"])
	m.Fields["via"] = m.Fields["groups"]
	if events, ok := w["audit"].(record); ok {
		for field, name := range map[string]string{"joinedAt": "joined", "invitedAt": "invited", "lastAccessAt": "access"} {
			if e, ok := events[name].(record); ok {
				m.Fields[field] = instant(e["at"])
			}
		}
	}
	audit(m, w)
}

// reference returns the object that a short reference names.
func (r *reader) reference(typ string, value any) any {
	w, ok := value.(record)
	if !ok {
		return nil
	}
	id, _ := w["id"].(string)
	if o := r.byID[r.vendor.Name+":"+typ+":"+id]; o != nil {
		return o
	}
	if typ == "Account" {
		return r.account(id)
	}
	return r.add(r.provider, typ, id)
}

// references returns the objects of a plain list.
func (r *reader) references(typ string, value any) any {
	if value == nil {
		return absent{}
	}
	all := []any{}
	for _, w := range records(value) {
		all = append(all, r.reference(typ, w))
	}
	return all
}

// children returns the objects of a connection.
func (r *reader) children(typ string, value any) *List {
	list := &List{}
	for _, w := range records(value) {
		list.Rows = append(list.Rows, r.reference(typ, w).(*Object))
	}
	return list
}

// part returns an object without an id that has these texts; nil if the vendor has no
// object, or an empty one.
func part(typ string, value any, fields ...string) any {
	w, ok := value.(record)
	if !ok || len(w) == 0 {
		return nil
	}
	o := &Object{Type: typ, Fields: map[string]any{}}
	for _, name := range fields {
		o.Fields[name] = text(w[name])
	}
	return o
}

func address(value any) any {
	return part("Address", value, "addressLine1", "addressLine2", "postCode", "city", "state", "country")
}

func (r *reader) contact(value any) any {
	c, ok := part("Contact", value, "name", "firstName", "lastName", "email", "type").(*Object)
	if !ok {
		return nil
	}
	w := value.(record)
	c.Fields["phone"] = part("Phone", w["phone"], "prefix", "number")
	c.Fields["user"] = r.reference("User", w["user"])
	return c
}

// audit adds the events of an object, and the times that the graph takes from them.
func (r *reader) audit(o *Object, w record) {
	events, ok := w["audit"].(record)
	if !ok {
		return
	}
	a := &Object{Type: "Audit", Fields: map[string]any{}}
	for name, value := range events {
		e, ok := value.(record)
		if !ok {
			continue
		}
		event := &Object{Type: "AuditEvent", Fields: map[string]any{"at": instant(e["at"]), "by": r.actor(e["by"])}}
		a.Fields[name] = event
		switch {
		case o.Type == "Membership":
		case name == "created":
			o.Fields["createdAt"] = event.Fields["at"]
		case name == "updated":
			o.Fields["updatedAt"] = event.Fields["at"]
		}
	}
	o.Fields["audit"] = a
}

// actor returns nil for an actor of which nothing is known.
func (r *reader) actor(value any) any {
	w, ok := value.(record)
	if !ok || text(w["id"]) == nil && text(w["name"]) == nil && text(w["icon"]) == nil {
		return nil
	}
	a := part("AuditActor", value, "name", "icon").(*Object)
	a.Fields[actorVendorID] = text(w["id"])
	if id, _ := w["id"].(string); strings.HasPrefix(id, "USR-") {
		a.Fields["user"] = r.byID[r.vendor.Name+":User:"+id]
	}
	return a
}
