package export

import (
	"slices"
	"strings"
)

// Column is a column of an export.
type Column struct {
	Name string
	// Doc describes it, for documentation.
	Doc string
	// Default is set for columns of an export that names none.
	Default bool
	// path is the field in the graph, as in `user.email`; "" for what the reader knows.
	path string
	// list is set if the value is the list of the values of path.
	list bool
	// distinct is set if equal elements of a list are one.
	distinct bool
	// optional is set if a list that is null is none, instead of one that could not be read.
	optional bool
	// Compared is set if a difference between two exports is a change of the row.
	Compared bool
}

// UnreadColumn names the columns of the row whose values could not be read. An empty value
// in another column means that there is none.
const UnreadColumn = "unread"

// ReadAtColumn is when the row was read from the vendor.
const ReadAtColumn = "readAt"

var commonColumns = []Column{
	{Name: ReadAtColumn, Doc: "When the oldest page that the row is from was read from the vendor.", Default: true},
	{Name: UnreadColumn, Doc: "The columns of this row whose values could not be read. In all others, an empty value means that there is none.", Default: true},
}

var userColumns = append([]Column{
	{Name: "id", Doc: "The global id of the user.", Default: true, path: "id"},
	{Name: "provider", Doc: "The provider's name.", Default: true},
	{Name: "vendor", Doc: "The vendor.", Default: true},
	{Name: "vendorId", Doc: "The id in the vendor's API.", path: "vendorId"},
	{Name: "email", Doc: "The address that the user signs in with or has confirmed.", Default: true, path: "email", Compared: true},
	{Name: "login", Doc: "What the user signs in with.", Default: true, path: "login", Compared: true},
	{Name: "contactEmail", Doc: "An address that the vendor calls a contact.", path: "contactEmail", Compared: true},
	{Name: "name", Doc: "The display name.", Default: true, path: "name", Compared: true},
	{Name: "firstName", Doc: "The given name.", path: "firstName"},
	{Name: "lastName", Doc: "The family name.", path: "lastName"},
	{Name: "status", Doc: "The normalized status.", Default: true, path: "status", Compared: true},
	{Name: "vendorStatus", Doc: "The vendor's value of the status.", path: "vendorStatus", Compared: true},
	{Name: "accountType", Doc: "What the login stands for.", path: "accountType", Compared: true},
	{Name: "lastLoginAt", Doc: "The last sign-in; empty if there was none, or if the vendor does not tell.", Default: true, path: "lastLoginAt"},
	{Name: "createdAt", Doc: "The time of creation.", Default: true, path: "createdAt"},
	{Name: "updatedAt", Doc: "The time of the last change.", path: "updatedAt"},
}, commonColumns...)

var membershipColumns = append([]Column{
	{Name: "id", Doc: "The global id of the membership.", Default: true, path: "id"},
	{Name: "provider", Doc: "The provider's name.", Default: true},
	{Name: "vendor", Doc: "The vendor.", Default: true},
	{Name: "tenantId", Doc: "The global id of the account or organization.", Default: true},
	{Name: "tenantName", Doc: "The name of the account or organization.", Default: true},
	{Name: "tenantType", Doc: "`Account` or `Organization`.", Default: true},
	{Name: "userId", Doc: "The global id of the user.", Default: true, path: "user.id"},
	{Name: "email", Doc: "The address of the user.", Default: true, path: "user.email", Compared: true},
	{Name: "login", Doc: "What the user signs in with.", Default: true, path: "user.login", Compared: true},
	{Name: "name", Doc: "The display name of the user.", Default: true, path: "user.name", Compared: true},
	{Name: "status", Doc: "The normalized status in the tenant.", Default: true, path: "status", Compared: true},
	{Name: "userStatus", Doc: "The normalized status of the user, across all tenants.", path: "user.status", Compared: true},
	{Name: "role", Doc: "The normalized role.", Default: true, path: "role", Compared: true},
	{Name: "vendorRole", Doc: "The vendor's value of the role; empty if the vendor has no roles.", Default: true, path: "vendorRole", Compared: true},
	{Name: "license", Doc: "The license that the user needs in the tenant.", Default: true, path: "license", Compared: true},
	{Name: "groups", Doc: "The names of the groups of the tenant with the user.", Default: true, path: "groups.name", list: true, Compared: true},
	{Name: "via", Doc: "The names of the groups that the rights come through; empty if the vendor does not tell.", path: "via.name", list: true, optional: true, Compared: true},
	{Name: "buyers", Doc: "The names of the buyers that the user has access to.", path: "buyers.name", list: true, Compared: true},
	{Name: "modules", Doc: "The names of the modules that the user has access to.", path: "modules.name", list: true, Compared: true},
	{Name: "invitationStatus", Doc: "The status of the invitation.", path: "invitation.status", Compared: true},
	{Name: "invitedAt", Doc: "When the user was invited.", Default: true, path: "invitedAt"},
	{Name: "joinedAt", Doc: "When the user joined the tenant.", Default: true, path: "joinedAt"},
	{Name: "lastAccessAt", Doc: "The last access to the tenant.", Default: true, path: "lastAccessAt"},
	{Name: "lastLoginAt", Doc: "The user's last sign-in in any tenant; empty if there was none, or if the vendor does not tell.", Default: true, path: "user.lastLoginAt"},
}, commonColumns...)

var personColumns = append([]Column{
	{Name: "email", Doc: "The normalized address.", Default: true, path: "email"},
	{Name: "name", Doc: "The name of the first login that has one.", Default: true, path: "name", Compared: true},
	{Name: "canSignIn", Doc: "Whether one of the logins is active.", Default: true, path: "canSignIn", Compared: true},
	{Name: "loginCount", Doc: "The number of logins.", Default: true, path: "loginCount", Compared: true},
	{Name: "providers", Doc: "The names of the providers with a login.", Default: true, path: "providers.name", list: true, Compared: true},
	{Name: "userIds", Doc: "The global ids of the logins.", Default: true, path: "users.id", list: true, Compared: true},
	{Name: "licenses", Doc: "The licenses of all memberships.", path: "licenses", list: true, Compared: true},
	{Name: "lastLoginAt", Doc: "The latest sign-in, as far as vendors tell.", Default: true, path: "lastLoginAt"},
	{Name: "conflicts", Doc: "What speaks against a match of logins by the address: `NAME`, `STATUS`.", Default: true, path: "matches.conflict", list: true, distinct: true, Compared: true},
}, commonColumns...)

// columns returns the columns with these names, or the default ones.
func (k Kind) columns(names []string) ([]Column, error) {
	if len(names) == 0 {
		return slices.DeleteFunc(slices.Clone(k.Columns), func(c Column) bool { return !c.Default }), nil
	}
	var columns []Column
	for i, name := range names {
		j := slices.IndexFunc(k.Columns, func(c Column) bool { return c.Name == name })
		if j < 0 {
			return nil, invalid("there is no column %q of %s; the columns are %s", name, k.Name, strings.Join(columnNames(k.Columns), ", "))
		}
		if slices.Contains(names[:i], name) {
			return nil, invalid("the column %q is named twice", name)
		}
		columns = append(columns, k.Columns[j])
	}
	return columns, nil
}

// ColumnNames returns the names of the columns of an export with these columns: the default
// ones if there are none.
func (k Kind) ColumnNames(names []string) ([]string, error) {
	columns, err := k.columns(names)
	return columnNames(columns), err
}

func columnNames(columns []Column) []string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name
	}
	return names
}

// selection returns the fields of a node that the columns need, as a selection set.
func selection(columns []Column) string {
	paths := []string{"__typename"}
	for _, c := range columns {
		if c.path != "" {
			paths = append(paths, c.path)
		}
	}
	slices.Sort(paths)
	var b strings.Builder
	parent := ""
	for _, path := range slices.Compact(paths) {
		first, field, nested := strings.Cut(path, ".")
		if !nested {
			first, field = "", path
		}
		if first != parent {
			if parent != "" {
				b.WriteString("} ")
			}
			if first != "" {
				b.WriteString(first + " { ")
			}
			parent = first
		}
		b.WriteString(field + " ")
	}
	if parent != "" {
		b.WriteString("} ")
	}
	return b.String()
}
