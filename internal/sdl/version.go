package sdl

import (
	"fmt"
	"strconv"
	"strings"
)

// Version is a minor version of Apollo Federation 2.
type Version int

// String returns the version as users write it.
func (v Version) String() string { return "2." + strconv.Itoa(int(v)) }

// UnmarshalText implements encoding.TextUnmarshaler. It accepts versions from Oldest to Newest.
func (v *Version) UnmarshalText(text []byte) error {
	written := strings.TrimPrefix(string(text), "v")
	minor, err := strconv.Atoi(strings.TrimPrefix(written, "2."))
	if err != nil || Version(minor).String() != written || minor < Oldest || minor > Newest {
		return fmt.Errorf("must be a version from %s to %s", Version(Oldest), Version(Newest))
	}
	*v = Version(minor)
	return nil
}
