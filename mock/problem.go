package mock

import "tacklebox/mock/provider"

// Problem is a refusal of the control API.
type Problem = provider.Problem

// SettingError is a mistake in the configuration.
type SettingError = provider.SettingError
