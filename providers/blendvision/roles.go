package blendvision

import (
	"context"

	"github.com/accountgraph/accountgraph/graph/model"
)

// roles reads all roles of an organization, configured or not.
func (p *Provider) roles(ctx context.Context, organization string) ([]*model.Role, error) {
	roles, _, err := merge(scan(ctx, p.client, []string{p.client.organizationIDs.canonical(organization)}, p.client.roles, readAll))
	return roles, err
}
