package softwareone

import (
	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/jsonscan"
)

// wireInvitation is an Invitation of the vendor's reference.
type wireInvitation struct {
	// URL accepts the invitation: a secret.
	URL    *string
	Status *string
}

func (w *wireInvitation) read(r *jsonscan.Reader) {
	for name := range r.ObjectKeys {
		switch name {
		case "url":
			w.URL = r.StringPtr()
		case "status":
			w.Status = r.StringPtr()
		}
	}
}

var invitationStatuses = []statusValue{
	{"Invited", string(model.InvitationInvited)},
	{"Active", string(model.InvitationActive)},
	{"InvitationExpired", string(model.InvitationExpired)},
}

func invitation(w *wireInvitation) *model.Invitation {
	i := &model.Invitation{VendorStatus: text(w.Status), URL: text(w.URL)}
	if i.VendorStatus != nil {
		status := model.InvitationStatus(normalizeStatus(invitationStatuses, w.Status))
		i.Status = &status
	}
	return i
}
