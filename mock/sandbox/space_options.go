package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"tacklebox/mock/clock"
	"tacklebox/receiver/api"
	"tacklebox/receiver/journal/files"
)

// spaceOptions is what PUT /_/spaces/NAME can say, and what a space's folder
// keeps of it (space.json). A nil field was not said: it is as the process's.
type spaceOptions struct{ api.SpaceOptions }

// savedSpace is space.json.
type savedSpace struct {
	spaceOptions
	Created time.Time `json:"created"`
}

const savedName = "space.json"

// check refuses what no space can be, and returns the ttl, 0 for none.
func (o spaceOptions) check() (ttl time.Duration, err error) {
	if o.Clock != nil {
		if _, err := clock.New(*o.Clock, time.Time{}); err != nil {
			return 0, api.Refuse("bad_clock", "", "%v", err)
		}
	}
	if o.Keep != nil && *o.Keep < 1 {
		return 0, api.Refuse("bad_keep", "", "keep must be at least 1, not %d", *o.Keep)
	}
	if o.Token != nil && strings.TrimSpace(*o.Token) == "" {
		return 0, api.Refuse("bad_token", "leave it out for none", "token is empty")
	}
	if o.TTL == nil || *o.TTL == "" {
		return 0, nil
	}
	if ttl, err = time.ParseDuration(*o.TTL); err != nil || ttl <= 0 {
		return 0, api.Refuse("bad_ttl", "a duration is written 90s, 15m or 24h", "ttl: %q is not a duration above 0", *o.TTL)
	}
	return ttl, nil
}

// config is the process's configuration with what the space was told.
func (o spaceOptions) config(cfg Config, folder string) Config {
	cfg.Data = folder
	if o.Clock != nil {
		cfg.Clock = *o.Clock
	}
	if o.Start != nil {
		cfg.Start = *o.Start
	}
	if o.Seed != nil {
		cfg.Seed = o.Seed
	}
	if o.Keep != nil {
		cfg.Keep = *o.Keep
	}
	cfg.spaceToken = ""
	if o.Token != nil {
		cfg.spaceToken = *o.Token
	}
	return cfg
}

// contradicts names the first option that the space was not made with, "" when
// all that is said fits.
func (o spaceOptions) contradicts(is spaceOptions, cfg Config) string {
	switch {
	case o.Clock != nil && modeOf(*o.Clock) != modeOf(cfg.Clock):
		return "clock"
	case o.Start != nil && !o.Start.Equal(cfg.Start):
		return "start"
	case o.Seed != nil && (cfg.Seed == nil || *o.Seed != *cfg.Seed):
		return "seed"
	case o.Keep != nil && *o.Keep != cfg.Keep:
		return "keep"
	case o.TTL != nil && (is.TTL == nil || *o.TTL != *is.TTL):
		return "ttl"
	case o.Token != nil && *o.Token != cfg.spaceToken:
		return "token"
	}
	return ""
}

func modeOf(told string) string {
	if told == "" {
		return clock.Real
	}
	return told
}

// write keeps the options in the space's folder, made when it is new.
func (s savedSpace) write(dir string) error {
	if err := files.Folder(dir); err != nil {
		return err
	}
	raw, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return files.Write(filepath.Join(dir, savedName), append(raw, '\n'))
}

// readSaved reads the options of a space's folder; a folder without them is a
// space with none.
func readSaved(dir string) (s savedSpace, err error) {
	raw, err := files.Read(filepath.Join(dir, savedName))
	if errors.Is(err, os.ErrNotExist) {
		return s, nil
	}
	if err == nil {
		err = json.Unmarshal(raw, &s)
	}
	if err != nil {
		return s, fmt.Errorf("space %s: %s: %w", filepath.Base(dir), savedName, err)
	}
	return s, nil
}
