package sandbox

import (
	"tacklebox/mock/dsco"
	"tacklebox/mock/lagerkoll"
	"tacklebox/mock/prioticket"
	"tacklebox/mock/provider"
	"tacklebox/mock/shoptet"
	"tacklebox/mock/ultracart"
)

// providers is the only list of them.
func providers() []*provider.Provider {
	return []*provider.Provider{prioticket.New(), dsco.New(), lagerkoll.New(), shoptet.New(), ultracart.New()}
}
