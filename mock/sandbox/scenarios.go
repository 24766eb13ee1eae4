package sandbox

import (
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"tacklebox/receiver/api"

	"go.yaml.in/yaml/v3"
)

// scenarioInfo is one embedded scenario, text included: the command line plays
// it.
type scenarioInfo struct {
	Name  string `json:"name"`
	About string `json:"about"`
	Text  string `json:"text"`
}

func (s *Space) scenarios(w http.ResponseWriter, _ *http.Request) {
	list, err := s.readScenarios()
	if err != nil {
		api.WriteError(w, err)
		return
	}
	api.WriteJSON(w, http.StatusOK, list)
}

func (s *Space) readScenarios() ([]scenarioInfo, error) {
	files, err := fs.Glob(s.cfg.catalog.Files(), "scenarios/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("scenarios: %w", err)
	}
	list := []scenarioInfo{}
	for _, file := range files {
		text, err := fs.ReadFile(s.cfg.catalog.Files(), file)
		if err != nil {
			return nil, fmt.Errorf("scenario %s: %w", file, err)
		}
		info := scenarioInfo{Name: strings.TrimSuffix(path.Base(file), ".yaml"), Text: string(text)}
		if err := yaml.Unmarshal(text, &info); err != nil {
			return nil, fmt.Errorf("scenario %s: %w", file, err)
		}
		list = append(list, info)
	}
	return list, nil
}
