package review

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/accountgraph/accountgraph/internal/reports/export"
	"github.com/accountgraph/accountgraph/internal/reports/table"
)

// The columns of the lists that reviews read, beside those of every list. The id of a row is not
// a finding's.
var (
	loginColumns  = []string{"id", "provider", "email", "login", "name", "status", "lastLoginAt", "createdAt"}
	memberColumns = []string{"provider", "tenantName", "tenantId", "userId", "email", "login", "name", "status", "role", "vendorRole", "license", "groups", "lastLoginAt", "invitedAt"}
	personColumns = []string{"email", "name", "canSignIn", "userIds", "lastLoginAt", "conflicts"}
)

// listColumns returns the columns with which reviews read a list.
func listColumns(kind export.Kind) []string {
	columns := map[string][]string{
		export.Users().Name: loginColumns, export.Memberships().Name: memberColumns, export.People().Name: personColumns,
	}[kind.Name]
	return append(slices.Clone(columns), export.ReadAtColumn, export.UnreadColumn)
}

// Documents are those of all reviews, beside export.SharedDocuments.
func Documents() ([]string, error) {
	all := []string{leaversQuery}
	for _, kind := range export.Kinds() {
		document, err := kind.Document(listColumns(kind))
		if err != nil {
			return nil, err
		}
		all = append(all, document)
	}
	return all, nil
}

// users reads logins.
func (r *review) users(ctx context.Context, filter map[string]any, each func(finding)) error {
	_, err := r.list(ctx, export.Users(), filter, func(f finding) {
		f["userId"] = f["id"]
		each(f)
	})
	return err
}

// members reads memberships.
func (r *review) members(ctx context.Context, filter map[string]any, each func(finding)) (*export.Report, error) {
	return r.list(ctx, export.Memberships(), filter, func(f finding) {
		f["via"] = f["groups"]
		each(f)
	})
}

func findStale(ctx context.Context, r *review) error {
	cutoff := r.Now().Add(-r.Stale).UTC()
	r.note("logins at vendors that do not tell sign-ins are not in this review")
	err := r.users(ctx, map[string]any{"status": []string{"ACTIVE"}, "lastLoginBefore": cutoff.Format(time.RFC3339)}, func(f finding) {
		r.add("STALE", f, fmt.Sprintf("last sign-in on %s, before %s", day(f.time("lastLoginAt")), day(cutoff)))
	})
	if err != nil {
		return err
	}
	return r.users(ctx, map[string]any{"status": []string{"ACTIVE"}, "neverLoggedIn": true}, func(f finding) {
		evidence := []string{"the vendor tells sign-ins, and has none of this login"}
		if created := f.time("createdAt"); !created.IsZero() {
			evidence = append(evidence, "created on "+day(created))
		}
		r.add("NEVER_SIGNED_IN", f, evidence...)
	})
}

func findInvitations(ctx context.Context, r *review) error {
	cutoff := r.Now().Add(-r.InvitedBefore)
	_, err := r.members(ctx, map[string]any{"status": []string{"INVITED", "INVITATION_EXPIRED"}}, func(f finding) {
		invited := f.time("invitedAt")
		name, evidence := "INVITED", "invited on "+day(invited)
		if f.text("status") == "INVITATION_EXPIRED" {
			name = "INVITATION_EXPIRED"
		}
		switch {
		case invited.IsZero():
			evidence = "the time of the invitation is not known"
		case invited.After(cutoff):
			return
		}
		r.add(name, f, evidence)
	})
	return err
}

func findLicenses(ctx context.Context, r *review) error {
	cutoff := r.Now().Add(-r.Stale)
	_, err := r.members(ctx, map[string]any{"licenses": []string{"BASIC", "FULL", "OTHER"}}, func(f finding) {
		last := f.time("lastLoginAt")
		license := "holds a license " + f.text("license")
		if f.text("license") == "OTHER" {
			license += ", which may be paid: the vendor's license is not known here"
		}
		switch {
		case f.text("status") != "ACTIVE" && !f.isUnread("status"):
			r.add("UNUSABLE_LICENSE", f, license, "the status is "+f.text("status"))
		case f.isUnread("lastLoginAt"):
			return // the review is not complete
		case last.IsZero():
			r.add("UNUSED_LICENSE", f, license, "no sign-in is known")
		case last.Before(cutoff):
			r.add("UNUSED_LICENSE", f, license, fmt.Sprintf("last sign-in on %s, before %s", day(last), day(cutoff)))
		}
	})
	return err
}

// owners counts those of one tenant.
type owners struct {
	all, active int
	// tells is set if the vendor tells roles.
	tells bool
}

func findOwners(ctx context.Context, r *review) error {
	count := map[string]*owners{}
	unknown := map[string]int{}
	report, err := r.members(ctx, nil, func(f finding) {
		o := count[f.text("tenantId")]
		if o == nil {
			o = &owners{}
			count[f.text("tenantId")] = o
		}
		role := f.text("role")
		o.tells = o.tells || f.text("vendorRole") != ""
		if role == "OTHER" || role == "CUSTOM" {
			unknown[role]++
		}
		if role != "OWNER" && role != "ADMIN" {
			return
		}
		if role == "OWNER" {
			o.all++
			if f.text("status") == "ACTIVE" {
				o.active++
			}
		}
		r.add("CAN_ADMINISTER", f, "the role is "+role+" ("+f.text("vendorRole")+")")
	})
	if err != nil {
		return err
	}
	if n := unknown["OTHER"] + unknown["CUSTOM"]; n > 0 {
		r.note("%d memberships have a role whose rights are not known here (OTHER: %d, CUSTOM: %d); they may administer", n, unknown["OTHER"], unknown["CUSTOM"])
	}
	silent := 0
	for _, p := range report.Providers {
		for _, t := range p.Tenants {
			o := count[t.ID]
			if o == nil {
				o = &owners{}
			}
			if t.MissingRows {
				continue // owners may be missing, and the review is not complete
			}
			if !o.tells {
				silent++
				continue
			}
			f := finding{"provider": p.Name, "tenantId": t.ID, "tenantName": t.Name}
			if t.OldestData != nil {
				f[export.ReadAtColumn] = t.OldestData.UTC().Format(time.RFC3339)
			}
			evidence := fmt.Sprintf("%d of %d members are owners, %d of them active", o.all, t.Rows, o.active)
			switch o.active {
			case 0:
				r.add("NO_OWNER", f, evidence)
			case 1:
				r.add("ONE_OWNER", f, evidence)
			}
		}
	}
	if silent > 0 {
		r.note("%d tenants are not in this review: their vendor tells no roles, or they have no members", silent)
	}
	return nil
}

func findOrphans(ctx context.Context, r *review) error {
	if len(r.Domains) == 0 {
		r.note("without --domains, addresses of other domains are not looked for")
		return r.users(ctx, map[string]any{"hasEmail": false}, r.addOrphan)
	}
	return r.users(ctx, nil, r.addOrphan)
}

func (r *review) addOrphan(f finding) {
	email := f.text("email")
	_, domain, found := cutLast(email, "@")
	switch {
	case f.isUnread("email"):
		return // the review is not complete
	case !found:
		r.add("NO_ADDRESS", f, "the login has no address; it signs in as "+orNothing(f.text("login")))
	case len(r.Domains) > 0 && !slices.ContainsFunc(r.Domains, func(own string) bool { return strings.EqualFold(own, domain) }):
		r.add("FOREIGN_DOMAIN", f, "the domain "+domain+" is none of "+strings.Join(r.Domains, ", "))
	}
}

func cutLast(text, separator string) (before, after string, found bool) {
	i := strings.LastIndex(text, separator)
	if i < 0 {
		return text, "", false
	}
	return text[:i], text[i+len(separator):], true
}

func orNothing(text string) string {
	if text == "" {
		return "nothing that the vendor tells"
	}
	return text
}

func findConflicts(ctx context.Context, r *review) error {
	_, err := r.list(ctx, export.People(), map[string]any{"conflict": true}, func(f finding) {
		ids, _ := f["userIds"].([]string)
		texts := map[string]string{
			"NAME": "the logins have different names", "STATUS": "some of the logins are active, and others are not",
		}
		kinds, _ := f["conflicts"].([]string)
		var evidence []string
		for _, kind := range kinds {
			text, known := texts[kind]
			if !known {
				text = kind
			}
			evidence = append(evidence, text)
		}
		f["userId"] = table.SortedList(ids)
		r.add("CONFLICT", f, append(evidence, fmt.Sprintf("%d logins share the address", len(ids)))...)
	})
	return err
}
