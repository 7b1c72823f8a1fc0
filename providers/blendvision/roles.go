package blendvision

import (
	"context"

	"github.com/accountgraph/accountgraph/graph/model"
)

// roles reads all roles of an organization, configured or not. It fails if some are
// missing.
func (p *Provider) roles(ctx context.Context, organization string) ([]*model.Role, error) {
	roles := p.client.roles(p.client.organizationIDs.canonical(organization))
	result := scan(ctx, p.client, []list[*model.Role]{roles}, readAll)[0]
	if err := result.firstError(); err != nil {
		return nil, err
	}
	return result.items, nil
}
