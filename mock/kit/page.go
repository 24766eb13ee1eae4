package kit

import "strconv"

// Page says where a cut of a list stands in it.
type Page struct {
	Offset int // of its first item, from 0; may lie behind the list
	Limit  int // items asked for
	Count  int // items it has
	Total  int // items of the whole list
	Pages  int // of this size that the list has, 0 for an empty one
	Next   int // offset of the next page, 0 when this is the last
}

// More reports that items follow.
func (p Page) More() bool { return p.Next > 0 }

// Cut takes one page out of a list. An offset behind the end gives an empty page.
func Cut[T any](all []T, offset, limit int) ([]T, Page) {
	p := Page{Offset: offset, Limit: limit, Total: len(all), Pages: (len(all) + limit - 1) / limit}
	from := min(offset, len(all))
	to := from + min(limit, len(all)-from)
	p.Count = to - from
	if to < len(all) {
		p.Next = to
	}
	return all[from:to], p
}

// Number reads decimal digits between two bounds. whole is false for what is no
// whole number at all; one that is too large for 64 bits is out of bounds.
func Number(text string, low, high int64) (n int64, whole, within bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	tooLarge, _ := err.(*strconv.NumError)
	whole = err == nil || tooLarge != nil && tooLarge.Err == strconv.ErrRange
	return n, whole, err == nil && n >= low && n <= high
}
