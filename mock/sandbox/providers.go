package sandbox

import (
	"tacklebox/mock"
	"tacklebox/mock/dsco"
	"tacklebox/mock/lagerkoll"
	"tacklebox/mock/prioticket"
	"tacklebox/mock/shoptet"
	"tacklebox/mock/ultracart"
)

// providers is the only list of them.
func providers() []*mock.Provider {
	return []*mock.Provider{prioticket.New(), dsco.New(), lagerkoll.New(), shoptet.New(), ultracart.New()}
}
