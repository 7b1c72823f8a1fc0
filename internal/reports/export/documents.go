package export

// connectionFields are the fields of a connection besides its nodes.
const connectionFields = `totalCount @include(if: $count) pageInfo { hasNextPage endCursor } complete freshness { fetchedAt }`

const (
	providersDocument         = `query ExportProviders { providers { name vendor } }`
	unreadableTenantsDocument = `query ExportUnreadableTenants($provider: String!) { provider(name: $provider) { unreadableTenants } }`
)

func peopleDocument(columns []Column) string {
	return `query ExportPeople($after: String, $count: Boolean!, $filter: PersonFilter) { ` +
		`people(first: 100, after: $after, filter: $filter) { ` +
		`nodes { ` + selection(columns) + `unavailableProviders { name } } ` + connectionFields + ` } }`
}

func usersDocument(columns []Column) string {
	return `query ExportUsers($provider: String!, $after: String, $count: Boolean!, $filter: UserFilter, $order: UserOrder) { ` +
		`provider(name: $provider) { users(first: 100, after: $after, filter: $filter, orderBy: $order) { ` +
		`nodes { ` + selection(columns) + `} ` + connectionFields + ` } } }`
}

func membershipsDocument(columns []Column) string {
	return `query ExportMemberships($id: ID!, $after: String, $count: Boolean!, $filter: MembershipFilter, $order: UserOrder) { ` +
		`node(id: $id) { ... on Tenant { members(first: 100, after: $after, filter: $filter, orderBy: $order) { ` +
		`nodes { ` + selection(columns) + `} ` + connectionFields + ` } } } }`
}

// tenantLists are the lists of tenants of a provider.
var tenantLists = []string{"accounts", "organizations"}

func tenantsDocument(list string) string {
	return `query ExportTenants($provider: String!, $after: String, $count: Boolean!) { ` +
		`provider(name: $provider) { ` + list + `(first: 100, after: $after) { ` +
		`nodes { __typename id name } ` + connectionFields + ` } } }`
}

// Document returns the document with which the list is read with these columns: the default
// ones if there are none.
func (k Kind) Document(columns []string) (string, error) {
	all, err := k.columns(columns)
	if err != nil {
		return "", err
	}
	return k.document(all), nil
}

// SharedDocuments are the documents of exports that do not depend on their columns.
func SharedDocuments() []string {
	all := []string{providersDocument, unreadableTenantsDocument}
	for _, list := range tenantLists {
		all = append(all, tenantsDocument(list))
	}
	return all
}
