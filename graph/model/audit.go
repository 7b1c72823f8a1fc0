package model

import "time"

// Audit tells who did what when with an object. Nil parts did not happen or do
// not exist for the type.
type Audit struct {
	Created, Updated                *AuditEvent
	Activated, Unassigned, Disabled *AuditEvent
	Access, Joined                  *AuditEvent
}

// AuditEvent is one entry of an audit.
type AuditEvent struct {
	At *time.Time
	By *AuditActor
}

// AuditActor is who did something: a user, an API token or the platform.
type AuditActor struct {
	// ID is the vendor's own, nil where the vendor gives none.
	ID, Name, Icon *string
	// User is a short reference where the actor is a user, else nil.
	User *User
}
