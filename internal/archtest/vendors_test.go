package archtest_test

import (
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
)

// vendorPlaces are files and folders outside of a vendor's own folder that may name it.
var vendorPlaces = []struct{ path, reason string }{
	{"graph/model/model.go", "the constant of the enum"},
	{"graph/generated", "generated from the schema, which documents what each vendor fills"},
	{"internal/vendors", "the one list of vendors"},
	{"internal/demo/queries.go", "example queries over the simulated vendors"},
	{"internal/differential", "it translates the data of every vendor by code of its own"},
	{"internal/bench", "the baseline is written by hand for the vendors"},
}

// vendorFolders returns the vendors, which are the folders of providers that have a
// simulator.
func vendorFolders(files []source) []string {
	var names []string
	for _, f := range files {
		if ok, _ := path.Match(simulators, f.pkg); ok {
			names = append(names, path.Base(path.Dir(f.pkg)))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// checkVendorNames requires that a vendor is named in its folder and in vendorPlaces
// only. Tests may name vendors.
func checkVendorNames(files []source) (problems []string) {
	names := vendorFolders(files)
	for _, f := range files {
		if f.test || isVendorPlace(f) {
			continue
		}
		for _, name := range names {
			if f.pkg == "providers/"+name || strings.HasPrefix(f.pkg, "providers/"+name+"/") {
				continue
			}
			if i := strings.Index(strings.ToLower(f.text), name); i >= 0 {
				line := 1 + strings.Count(f.text[:i], "\n")
				problems = append(problems, fmt.Sprintf("%s:%d: names %s; a vendor is named in its folder and in internal/vendors", f.path, line, name))
			}
		}
	}
	return problems
}

func isVendorPlace(f source) bool {
	for _, place := range vendorPlaces {
		if f.path == place.path || f.pkg == place.path || strings.HasPrefix(f.pkg, place.path+"/") {
			return true
		}
	}
	return false
}

// checkVendorFolders requires that each vendor is in the list, has a simulator, and
// passes the conformance suite.
func checkVendorFolders(files []source) (problems []string) {
	listed, tested := map[string]bool{}, map[string]bool{}
	var folders []string
	for _, f := range files {
		for _, imported := range f.imports {
			switch {
			case f.pkg == "internal/vendors" && !f.test:
				listed[strings.TrimPrefix(imported, module)] = true
			case f.test && imported == module+"providers/providertest":
				tested[f.pkg] = true
			}
		}
		if ok, _ := path.Match(vendors, f.pkg); ok && !f.test && f.pkg != "providers/providertest" {
			folders = append(folders, f.pkg)
		}
	}
	slices.Sort(folders)
	for _, folder := range slices.Compact(folders) {
		if simulator := folder + "/" + path.Base(folder) + "fake"; !listed[simulator] {
			problems = append(problems, fmt.Sprintf("%s: internal/vendors does not list its simulator %s", folder, simulator))
		}
		if !listed[folder] {
			problems = append(problems, folder+": internal/vendors does not list it")
		}
		if !tested[folder] {
			problems = append(problems, folder+": no test runs the conformance suite, providers/providertest")
		}
	}
	return problems
}

// TestVendorDocumentation requires that the README names each vendor.
func TestVendorDocumentation(t *testing.T) {
	text, err := os.ReadFile(root + "/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range vendorFolders(repository(t)) {
		if !strings.Contains(strings.ToLower(string(text)), name) {
			t.Errorf("README.md does not name the vendor %s", name)
		}
	}
}
