import assert from 'node:assert/strict';
import test from 'node:test';
import * as accountgraph from './accountgraph.mjs';
import { figure } from './figures.mjs';
import * as prism from './prism.mjs';

// softwareone returns the provider of the simulated vendors, and where it is.
function softwareone({ providers }) {
  const [provider, origin] = /  - name: softwareone\n(?:    .*\n)*?    baseURL: (http:\/\/127\.0\.0\.1:\d+)\S*\n(?:    .*\n)*/.exec(providers);
  return { origin, at: (other) => `providers:\n${provider.replace(origin, other)}` };
}

// known are the differences between the simulator and the document of 2025, each with the reason
// for which the simulator has it.
const known = [
  [/: Response body property data(\[\])*\.audit\.\w+\.by must NOT have additional properties; found 'href'$/, 'the documentation of the platform shows short references by their path'],
  [/modules: .*settings must NOT have additional properties; found 'obsolete'$/, 'the documentation of the platform shows it'],
  [/users: .*must NOT have additional properties; found 'revision'$/, 'the documentation of the platform shows it'],
  [/sellers: .*\.status must be equal to one of the allowed values/, 'vendors add values of enums'],
  [/sellers: .*\.address must have required property/, 'addresses can have gaps'],
];

test("openapi: the simulator answers as SoftwareOne's document says", async (t) => {
  const vendors = await accountgraph.vendors();
  t.after(vendors.stop);
  const { origin, at } = softwareone(vendors);
  const judge = await prism.judge(origin);
  t.after(judge.stop);
  const server = await accountgraph.serve(at(judge.origin));
  t.after(server.stop);
  const audit = 'audit { created { at by { vendorId name } } updated { at } }';
  const queries = [
    `{ accounts(first: 5) { nodes { id name type status serviceLevel address { city } externalIds { pyraTenantId } ${audit}
       groups(first: 3) { nodes { name description users(first: 5) { nodes { name } } buyers(first: 2) { nodes { name } } modules { name } ${audit} } }
       members(first: 5) { nodes { invitedAt status invitation { status url } user { email } groups { name } buyers { name } modules { name } ${audit} } }
       buyers(first: 2) { nodes { name } } } } }`,
    `{ users(first: 100) { nodes { name email phone { number } settings { cultureCode } lastLoginAt ${audit} currentAccount { name } } } }`,
    '{ users(first: 2) { nodes { memberships(first: 2) { nodes { id } } } } }',
    '{ users(first: 10, orderBy: { field: NAME }, filter: { name: "an" }) { nodes { name } } }',
    '{ person(email: "person123@acme.example") { users { id status } } }',
    `{ groups(first: 20) { nodes { name ${audit} } } buyers(first: 20) { nodes { name taxId status contact { email } address { city } errors { code message } sellers { name } ${audit} } } }`,
    '{ sellers(first: 20) { nodes { name status currencies address { city } } } modules(first: 20) { nodes { name description settings { type } filters { groupBuyers } accountTypes } } }',
    '{ user(id: "softwareone:User:USR-1120-1514") { name } account(id: "softwareone:Account:ACC-1000-1234") { name } }',
  ];
  for (const query of queries) {
    const { data, errors } = await accountgraph.execute(server.url, query);
    assert.equal(errors, undefined, JSON.stringify(errors?.[0]));
    assert.ok(Object.values(data).every(Boolean));
  }
  const { responses, differences } = await judge.verdict();
  assert.deepEqual(differences.filter((difference) => !known.some(([pattern]) => pattern.test(difference))), []);
  for (const [pattern] of known) assert.ok(differences.some((difference) => pattern.test(difference)), `no difference is ${pattern}: remove it`);
  for (const path of ['accounts', 'users', 'user-groups', 'buyers', 'sellers', 'modules', '{accountId}/users']) {
    assert.ok(responses[`/public/v1/accounts/${path}`] > 0, `no response of ${path}`);
  }
  const total = Object.values(responses).reduce((sum, n) => sum + n, 0);
  figure(`openapi: Prism compared ${total} responses of ${Object.keys(responses).length} paths with SoftwareOne's document; ${known.length} kinds of differences, each of which is meant`);
});

test("openapi: a vendor made from SoftwareOne's document is read", async (t) => {
  const vendors = await accountgraph.vendors();
  t.after(vendors.stop);
  const mock = await prism.mock();
  t.after(mock.stop);
  const server = await accountgraph.serve(softwareone(vendors).at(mock.origin));
  t.after(server.stop);
  const lists = {
    users: ['{ id name email status lastLoginAt phone { number } settings { cultureCode } }', { id: 'softwareone:User:string', name: 'string', email: 'string', status: 'OTHER', lastLoginAt: '2019-08-24T14:15:22Z', phone: { number: 'string' }, settings: { cultureCode: 'string' } }],
    accounts: ['{ id name status type address { city } }', { id: 'softwareone:Account:string', name: 'string', status: 'ACTIVE', type: 'Client', address: { city: 'string' } }],
    groups: ['{ id name }', { id: 'softwareone:Group:string', name: 'string' }],
    buyers: ['{ id name taxId }', { id: 'softwareone:Buyer:string', name: 'string', taxId: 'string' }],
    sellers: ['{ id name currencies }', { id: 'softwareone:Seller:string', name: 'string', currencies: ['string'] }],
    modules: ['{ id name description }', { id: 'softwareone:Module:string', name: 'string', description: 'string' }],
  };
  for (const [name, [fields, want]] of Object.entries(lists)) {
    const { data, errors = [] } = await accountgraph.execute(server.url, `{ ${name}(first: 5) { complete totalCount nodes ${fields} } }`);
    assert.deepEqual(data[name]?.nodes, [want], `${name}: ${JSON.stringify(errors)}`);
    // The document's example of a page says offset 0 and limit 0, and has one row: a page that nobody requested.
    assert.deepEqual(errors.map(({ path, extensions }) => [path, extensions.code]), [[[name], 'UPSTREAM_TRUNCATED']]);
    assert.equal(data[name].complete, false);
    assert.equal(data[name].totalCount, null);
  }
  figure(`openapi: ${Object.keys(lists).length} lists read from a vendor that Prism made from SoftwareOne's document`);
});
