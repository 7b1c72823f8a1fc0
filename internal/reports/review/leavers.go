package review

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/accountgraph/accountgraph/internal/reports/client"
	"github.com/accountgraph/accountgraph/internal/reports/export"
	"github.com/accountgraph/accountgraph/internal/reports/table"
)

// The findings of leavers. Every address has at least one.
const (
	canSignIn    = "CAN_SIGN_IN"
	invited      = "CAN_ACCEPT_INVITATION"
	maySignIn    = "MAY_SIGN_IN"
	cannotSignIn = "CANNOT_SIGN_IN"
	noLogin      = "NO_LOGIN"
	notKnown     = "NOT_KNOWN"
)

// leaversPerQuery is the number of people of one query: with all their memberships they are
// within the server's limit of the cost of a query, and of vendor calls.
const leaversPerQuery = 10

const leaversQuery = `query ReviewLeavers($emails: [String!]!) { peopleByEmail(emails: $emails) { ` +
	`email name unavailableProviders { name } ` +
	`users { id name status vendorStatus lastLoginAt provider { name } } ` +
	`memberships(first: 100) { complete pageInfo { hasNextPage } freshness { fetchedAt } ` +
	`nodes { status role license via { name } tenant { id name } user { id } } } } }`

// person is one of peopleByEmail.
type person struct {
	Name                 *string
	UnavailableProviders []struct{ Name string }
	Users                []*login
	Memberships          *struct {
		Complete  bool
		PageInfo  struct{ HasNextPage bool }
		Freshness *struct{ FetchedAt time.Time }
		Nodes     []*membership
	}
}

type login struct {
	ID           string
	Name         *string
	Status       string
	VendorStatus *string
	LastLoginAt  *string
	Provider     struct{ Name string }
}

type membership struct {
	Status, Role string
	License      *string
	Via          []*struct{ Name *string }
	Tenant       struct {
		ID   string
		Name *string
	}
	User struct{ ID string }
}

func findLeavers(ctx context.Context, r *review) error {
	if r.LeaversColumn != "" {
		r.note("%d addresses were read from %s", len(r.Leavers), r.LeaversColumn)
	}
	session := r.Client.Session()
	for chunk := range slices.Chunk(r.Leavers, leaversPerQuery) {
		response, err := session.Do(ctx, client.Operation{Query: leaversQuery, Variables: map[string]any{"emails": chunk}})
		var request *client.RequestError
		switch {
		case errors.As(err, &request) && !request.IsPermanent():
			r.fail(request.Code, request.Message)
			for _, email := range chunk {
				r.addUnknown(email, "the server could not be asked: "+request.Message)
			}
			continue
		case err != nil:
			return err
		}
		if err := r.addPeople(chunk, response); err != nil {
			return err
		}
		if r.Observe != nil {
			r.Observe(export.Progress{Rows: len(r.result.Rows), Provider: "leavers", Index: 1, Providers: 1})
		}
	}
	return nil
}

func (r *review) addPeople(emails []string, response *client.Response) error {
	var data struct{ PeopleByEmail []*person }
	if err := json.Unmarshal(response.Data, &data); err != nil || len(data.PeopleByEmail) != len(emails) {
		return errors.New("the response cannot be read")
	}
	for _, e := range response.Errors {
		r.fail(e.Extensions.Code, e.Message)
	}
	for i, email := range emails {
		p := data.PeopleByEmail[i]
		switch {
		case p != nil:
			r.addPerson(email, p)
		case len(response.Errors) > 0:
			// The error may be of another address. A list of errors has an upper limit, so that
			// its paths do not say that this address was searched.
			r.addUnknown(email, "not all providers could be searched: "+messages(response.Errors))
		default:
			r.add(noLogin, r.about(email, nil), "all providers were searched, and none has a login with this address")
		}
	}
	return nil
}

// messages joins the distinct messages of errors.
func messages(all []client.Error) string {
	var texts []string
	for _, e := range all {
		if !slices.Contains(texts, e.Message) {
			texts = append(texts, e.Message)
		}
	}
	return strings.Join(texts, ", ")
}

// about returns a finding about an address, now if the time of the data is not known.
func (r *review) about(email string, p *person) finding {
	f := finding{"email": email, export.ReadAtColumn: r.Now().UTC().Format(time.RFC3339)}
	if p == nil {
		return f
	}
	if p.Name != nil {
		f["name"] = *p.Name
	}
	if p.Memberships != nil && p.Memberships.Freshness != nil {
		f[export.ReadAtColumn] = p.Memberships.Freshness.FetchedAt.UTC().Format(time.RFC3339)
	}
	return f
}

func (r *review) addUnknown(email, evidence string) {
	r.result.Report.Complete = false
	r.add(notKnown, r.about(email, nil), evidence)
}

// addPerson adds what a person can sign in to.
func (r *review) addPerson(email string, p *person) {
	var disabled []string
	access, unread := false, false
	for _, u := range p.Users {
		if u == nil {
			unread = true
			continue
		}
		switch u.Status {
		case "ACTIVE":
			r.addLogin(canSignIn, email, p, u, "the login is active")
		case "INVITED", "INVITATION_EXPIRED":
			r.addLogin(invited, email, p, u, "the login is an invitation: "+u.Status)
		case "INACTIVE", "BLOCKED", "DELETED":
			disabled = append(disabled, u.Provider.Name+": "+u.Status)
			continue
		default:
			r.addLogin(maySignIn, email, p, u, "the vendor's status is not known: "+table.TextOf(optional(u.VendorStatus)))
		}
		access = true
	}
	if p.Memberships == nil || !p.Memberships.Complete || p.Memberships.PageInfo.HasNextPage {
		r.result.Report.Complete = false
	}
	switch {
	case len(p.UnavailableProviders) > 0:
		var names []string
		for _, provider := range p.UnavailableProviders {
			names = append(names, provider.Name)
		}
		r.addUnknown(email, "could not be searched for further logins: "+strings.Join(names, ", "))
	case unread:
		r.addUnknown(email, "a login could not be read")
	case !access:
		r.add(cannotSignIn, r.about(email, p), "every login is disabled: "+strings.Join(disabled, ", "))
	}
}

// addLogin adds a finding for each tenant that a login is a member of.
func (r *review) addLogin(name, email string, p *person, u *login, evidence string) {
	base := r.about(email, p)
	base["provider"], base["userId"], base["status"], base["lastLoginAt"] = u.Provider.Name, u.ID, u.Status, optional(u.LastLoginAt)
	if u.Name != nil {
		base["name"] = *u.Name
	}
	evidences, found := []string{evidence}, false
	switch {
	case p.Memberships == nil || !p.Memberships.Complete:
		evidences = append(evidences, "not all memberships could be read")
	case p.Memberships.PageInfo.HasNextPage:
		evidences = append(evidences, "only the first 100 memberships are here")
	}
	if p.Memberships != nil {
		for _, m := range p.Memberships.Nodes {
			if m == nil || m.User.ID != u.ID {
				continue
			}
			found = true
			f := finding{}
			for column, value := range base {
				f[column] = value
			}
			f["tenantId"], f["tenantName"], f["status"], f["role"], f["license"] = m.Tenant.ID, optional(m.Tenant.Name), m.Status, m.Role, optional(m.License)
			f["via"] = m.via()
			r.add(name, f, append(evidences, "member of the tenant as "+m.Role)...)
		}
	}
	if !found {
		r.add(name, base, append(evidences, "no membership is known")...)
	}
}

// via returns the names of groups, nil if the vendor does not tell.
func (m *membership) via() table.Value {
	if m.Via == nil {
		return nil
	}
	var names []string
	for _, group := range m.Via {
		if group != nil && group.Name != nil {
			names = append(names, *group.Name)
		}
	}
	return table.SortedList(names)
}

func optional(text *string) table.Value {
	if text == nil {
		return nil
	}
	return *text
}
