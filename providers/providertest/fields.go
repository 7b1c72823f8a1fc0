package providertest

import "reflect"

// UnsetFields returns the names of the fields of a record that have their zero
// value, in the order of declaration. record is a pointer to a struct.
//
// Compare the result for a record with all documented fields to the fields that the
// vendor does not have. The comparison fails when the model gets a field that the
// vendor's translation does not set.
func UnsetFields(record any) []string {
	v := reflect.ValueOf(record).Elem()
	var names []string
	for i := range v.NumField() {
		if v.Field(i).IsZero() {
			names = append(names, v.Type().Field(i).Name)
		}
	}
	return names
}
