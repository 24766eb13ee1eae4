package sandbox

import (
	"strings"

	"tacklebox/mock"
	"tacklebox/receiver/wire"
)

// refused keeps a request that net/http answered by itself, in the space that its
// target names: one for an inbox, and one of which nobody can tell what it was
// for. Those for a mock API or the control API have had their answer.
func (s *Sandbox) refused(r wire.Refusal) {
	head, _ := wire.ParseHead(r.Raw)
	_, target, _ := head.Target()
	space := s.Space
	if rest, ok := strings.CutPrefix(target, spaceMark); ok {
		name, _, _ := strings.Cut(rest, "/")
		if !s.spaces.exists(name) {
			return
		}
		slot, err := s.spaces.use(name, spaceOptions{})
		if err != nil {
			return
		}
		defer slot.release()
		space, target = slot.space, targetBelow(target, spaceMark+name)
	}
	path, ok := mock.PathBehind(target, "")
	if ok && path != "/in" && !strings.HasPrefix(path, "/in/") {
		return
	}
	space.receiver.Refused(r, target)
}
