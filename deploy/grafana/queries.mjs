// Prints the queries of the dashboard as recording rules, for `promtool check rules`.
import { readFileSync } from 'node:fs'

const dashboard = JSON.parse(readFileSync(new URL('accountgraph.json', import.meta.url)))
const queries = dashboard.panels.flatMap((panel) => panel.targets.map((target) => target.expr))
const rules = queries.map((query, i) => ({
  record: `panel:query${i}`,
  expr: query.replaceAll('$__rate_interval', '1m').replaceAll('$instance', '.*'),
}))
console.log(JSON.stringify({ groups: [{ name: 'dashboard', rules }] }))
