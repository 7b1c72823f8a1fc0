// The initial tabs. Their names and ids are those of the simulated vendors of the
// command demo.

const users = `# The users of all vendors in one order,
# and one user by its id.
# Ctrl-Enter runs, Ctrl-Space suggests.
query Users {
  users(
    first: 5
    orderBy: {field: NAME}
  ) {
    nodes {
      id
      name
      email
      status
      provider { name }
      memberships(first: 3) {
        nodes { role tenant { name } }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
  user(
    id: "softwareone:User:USR-1120-1514"
  ) {
    name
    email
    lastLoginAt
    memberships {
      nodes {
        account { name }
        groups { name }
      }
    }
  }
}
`;

const circle = `# Three accounts and all around them.
query Circle {
  accounts(
    first: 3
    filter: {providers: ["softwareone"]}
  ) {
    nodes {
      id
      name
      groups(first: 4) {
        nodes {
          name
          account { id name }
          users(first: 100) {
            nodes { id name email }
          }
          buyers(first: 20) {
            nodes {
              name
              taxId
              sellers { name }
            }
          }
          modules { name }
        }
      }
    }
  }
}
`;

const person = `# One human at all vendors, by e-mail.
query Person {
  person(email: "person123@acme.example") {
    name
    lastLoginAt
    users {
      provider { name vendor }
      name
      email
      status
    }
    memberships {
      nodes {
        provider { name }
        role
        tenant { __typename name }
      }
    }
  }
}
`;

const entities = `# What a federation gateway asks, to add
# to objects that other subgraphs know.
query Entities {
  _entities(representations: [
    {__typename: "User",
      id: "softwareone:User:USR-1120-1514"}
    {__typename: "Account",
      id: "softwareone:Account:ACC-1000-1234"}
    {__typename: "Account",
      id: "activityinfo:Account:190780004"}
    {__typename: "Person",
      email: "person123@acme.example"}
  ]) {
    __typename
    ... on User { name email }
    ... on Account {
      name
      members(first: 3) {
        nodes { role user { name } }
      }
    }
    ... on Person { users { id } }
  }
}
`;

export const tabs = [users, circle, person, entities].map((query) => ({ query }));
