package prioticket

import (
	"slices"
	"testing"
)

func TestTheLogKeepsTheNewest(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		all, want []int
	}{
		{nil, nil},
		{[]int{1}, []int{1}},
		{[]int{1, 2, 3}, []int{3, 2, 1}},
		{[]int{1, 2, 3, 4, 5}, []int{5, 4, 3}},
	} {
		if got := newestFirst(slices.Clone(c.all), 3); !slices.Equal(got, c.want) {
			t.Errorf("%v became %v, want %v", c.all, got, c.want)
		}
	}
	if mostLogged != 10_000 {
		t.Errorf("%d records are kept", mostLogged)
	}
}
