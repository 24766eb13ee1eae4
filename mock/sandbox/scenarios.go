package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"strings"

	"go.yaml.in/yaml/v3"

	"tacklebox/receiver/api"
)

func (s *Space) scenarios(context.Context, *http.Request) (api.Answer, error) {
	list, err := readScenarios(s.cfg.catalog.Files())
	return api.OK(list), err
}

func (s *Space) scenarioSchema(context.Context, *http.Request) (api.Answer, error) {
	text, err := fs.ReadFile(s.cfg.catalog.Files(), "scenarios/schema.json")
	return api.OK(json.RawMessage(text)), err
}

// readScenarios reads the stories of all providers, and those of each one.
func readScenarios(catalogue fs.FS) ([]api.Scenario, error) {
	list := []api.Scenario{}
	for _, pattern := range []string{"scenarios/*.yaml", "scenarios/*/*.yaml"} {
		files, err := fs.Glob(catalogue, pattern)
		if err != nil {
			return nil, fmt.Errorf("scenarios: %w", err)
		}
		for _, file := range files {
			info, err := readScenario(catalogue, file)
			if err != nil {
				return nil, fmt.Errorf("scenario %s: %w", file, err)
			}
			list = append(list, info)
		}
	}
	return list, nil
}

// readScenario reads one; its name is its path below the folder of scenarios.
func readScenario(catalogue fs.FS, file string) (info api.Scenario, err error) {
	text, err := fs.ReadFile(catalogue, file)
	if err != nil {
		return info, err
	}
	info = api.Scenario{Name: strings.TrimSuffix(strings.TrimPrefix(file, "scenarios/"), ".yaml"), Text: string(text)}
	return info, yaml.Unmarshal(text, &info)
}
