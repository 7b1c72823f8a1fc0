package complexity_test

import "testing"

func TestDocument_ForGateway(t *testing.T) {
	v := newValidator()
	for _, test := range []struct{ document, name, want string }{
		{`{ providers { name } }`, "", ""},
		{`{ _service { sdl } }`, "", "_service"},
		{`{ a: providers { name } b: _entities(representations: []) { __typename } }`, "", "_entities"},
		{`{ _service: __typename }`, "", ""},
		{`{ providers { _service } }`, "", ""},
		{`{ ... { ... on Query @skip(if: true) { _service { sdl } } } }`, "", "_service"},
		{`{ ...A } fragment A on Query { ...B } fragment B on Query { _service { sdl } }`, "", "_service"},
		{`{ ...A ...A } fragment A on Query { ...B ...B } fragment B on Query { __typename }`, "", ""},
		{`{ ...Missing } fragment A on Query { _service { sdl } }`, "", ""},
		{`query A { _service { sdl } } query B { __typename }`, "A", "_service"},
		{`query A { _service { sdl } } query B { __typename }`, "B", ""},
		{`query A { _service { sdl } }`, "C", ""},
	} {
		d, err := v.Read(test.document)
		if err != nil {
			t.Errorf("%s: %v", test.document, err)
			continue
		}
		if got := d.ForGateway(test.name); got != test.want {
			t.Errorf("%s with %q: %q, not %q", test.document, test.name, got, test.want)
		}
	}
}
