package loaders

import (
	"context"
	"sync"

	"github.com/accountgraph/accountgraph/graph/model"
)

// remember keeps what came along full, so that nobody asks for it again.
func (s *Loaders) remember(ctx context.Context, nodes []model.Node) {
	for _, n := range nodes {
		s.prime(ctx, n)
		if m, ok := n.(*model.Membership); ok {
			s.prime(ctx, m.User)
			s.prime(ctx, m.Account)
			s.prime(ctx, m.Organization)
		}
	}
}

func (s *Loaders) prime(ctx context.Context, n model.Node) {
	switch o := n.(type) {
	case *model.User:
		prime(ctx, s.Users, o)
	case *model.Membership:
		prime(ctx, s.Memberships, o)
	case *model.Account:
		prime(ctx, s.Accounts, o)
	case *model.Organization:
		prime(ctx, s.Organizations, o)
	case *model.Group:
		prime(ctx, s.Groups, o)
	case *model.Buyer:
		prime(ctx, s.Buyers, o)
	case *model.Seller:
		prime(ctx, s.Sellers, o)
	case *model.Module:
		prime(ctx, s.Modules, o)
	}
}

func prime[T model.Node](ctx context.Context, k *Loader[T], object T) {
	if !isNil(object) && object.Complete() {
		k.byID.Prime(ctx, object.GlobalID(), object)
	}
}

// each runs n jobs at once and waits.
func each(n int, job func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { job(i) })
	}
	wg.Wait()
}
