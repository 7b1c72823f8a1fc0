package model

import "time"

// Audit holds who changed an object, and when. A nil event did not happen or does not
// exist for the type.
type Audit struct {
	Created, Updated                *AuditEvent
	Activated, Unassigned, Disabled *AuditEvent
	Access, Joined                  *AuditEvent
}

// AuditEvent is one event of an Audit.
type AuditEvent struct {
	At *time.Time
	By *AuditActor
}

// AuditActor is the actor of an event: a user, an API token or the platform.
type AuditActor struct {
	// VendorID is the vendor's id of the actor; nil where the vendor gives none.
	VendorID, Name, Icon *string
	// User is a short reference; nil where the actor is not a user.
	User *User
}
