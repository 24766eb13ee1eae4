package sandbox

import (
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"

	"tacklebox/receiver/api"
)

func (s *Space) scenarios(context.Context, *http.Request) (api.Answer, error) {
	list, err := s.readScenarios()
	return api.OK(list), err
}

func (s *Space) readScenarios() ([]api.Scenario, error) {
	files, err := fs.Glob(s.cfg.catalog.Files(), "scenarios/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("scenarios: %w", err)
	}
	list := []api.Scenario{}
	for _, file := range files {
		text, err := fs.ReadFile(s.cfg.catalog.Files(), file)
		if err != nil {
			return nil, fmt.Errorf("scenario %s: %w", file, err)
		}
		info := api.Scenario{Name: strings.TrimSuffix(path.Base(file), ".yaml"), Text: string(text)}
		if err := yaml.Unmarshal(text, &info); err != nil {
			return nil, fmt.Errorf("scenario %s: %w", file, err)
		}
		list = append(list, info)
	}
	return list, nil
}
