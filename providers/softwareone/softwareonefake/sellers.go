package softwareonefake

import "fmt"

// SellerID returns the id of the nth seller. There are 110.
func SellerID(n int) string { return id("SEL", n) }

func (d *data) addSellers(currencyObjects bool) {
	for n := range sellerCount {
		vs := values{
			"id": SellerID(n), "name": sellerName(n), "icon": icon("sellers", SellerID(n), n),
			"status":     pick(n%11, "Active", "Active", "Active", "Active", "Disabled", "Active", "Offline", "Active", "Deleted", "Active", "Paused"),
			"currencies": currencies(n, currencyObjects),
			"address":    d.addressOf(n),
			"audit":      d.audit.newRow(values{"created": d.eventAt(instant(2017, n), n), "updated": d.eventAt(instant(2023, n), n+3)}),
		}
		if n%3 != 1 {
			vs["externalId"] = fmt.Sprintf("%s_%d", pick(n, "US", "DE", "ES", "JP", "DK"), n)
		}
		if n%16 == 9 {
			vs["currencies"] = nil
		}
		d.sellers.add(d.seller.newRow(vs), true)
	}
}

func sellerName(n int) string {
	name := pick(n, "Sample Software, Inc.", "Beispiel Software GmbH", `Muestra "Software" S.L.`, "サンプル株式会社", "Prøve* A/S", "O’Sample (UK) Ltd.")
	if n < 6 {
		return name
	}
	return fmt.Sprintf("%s %d", name, n/6+1)
}

// currencies returns an array of strings, or of objects in the newer form.
func currencies(n int, objects bool) raw {
	if !objects {
		return raw(`[` + pick(n, `"EUR"`, `"USD","CAD"`, `"JPY"`, `"EUR","DKK","SEK"`) + `]`)
	}
	return raw(fmt.Sprintf(`[{"value":%q,"billingEnabled":%t,"isDefault":true}]`, pick(n, "EUR", "USD", "JPY", "DKK"), n%2 == 0))
}
