package softwareonefake

// addModules adds the modules. Their ids have one or two groups of digits, as in
// the vendor's documentation.
func (d *data) addModules() {
	for n, m := range []struct{ id, name, code string }{
		{"MOD-0478", "Catalog Management", "catalog"},
		{"MOD-0739", "Spend, \"Orders\" & Billing", "billing"},
		{"MOD-1208", "New Marketplace", "new-marketplace"},
		{"MOD-1239", "Catalog Management", ""},
		{"MOD-1239-0045", "Price Lists*", "price-lists"},
		{"MOD-1756", "Account Management", "accounts"},
		{"MOD-1756-1452", "Account Management (Legacy)", "accounts-legacy"},
		{"MOD-1805", "Program Management", "programs"},
		{"MOD-5238", "Procurement", "procurement"},
		{"MOD-5238-9910", "調達", "procurement-ja"},
		{"MOD-7776", "Settings", "settings"},
		{"MOD-9042", "Insights – Cost & Usage", "insights"},
	} {
		vs := values{
			"id": m.id, "name": m.name, "code": m.code,
			"paid": n%4 == 1, "isConfigurable": n%3 != 0, "isEnabledByDefault": n%5 == 0,
			"accountTypes": raw(pick(n, `["Vendor","Client","Operations"]`, `["Client"]`, `["Operations"]`, `["client","operations"]`)),
			"settings": d.moduleSettings.newRow(values{
				"sharedAccount": n%2 == 0, "configurable": n%3 != 0, "default": n%5 == 0, "paid": n%4 == 1,
				"type": raw(pick(n, `["new"]`, `["legacy"]`, `["new","legacy"]`)), "obsolete": n == 6,
			}),
			"audit": d.audit.newRow(values{"created": d.eventAt(instant(2017, n), n), "updated": d.eventAt(instant(2022, n), n)}),
		}
		if n%4 != 3 {
			vs["description"] = "Everything about " + m.name
		}
		if n%3 != 2 {
			vs["filters"] = d.filters.newRow(values{"group.buyers": raw(`["selected","all"]`)})
		}
		d.modules.add(d.module.newRow(vs), false)
	}
}

// modulesFrom returns count different modules.
func (d *data) modulesFrom(n, count int) []*row {
	var rs []*row
	for i := range count {
		rs = append(rs, d.modules.rows[(n+i*5)%len(d.modules.rows)])
	}
	return rs
}
