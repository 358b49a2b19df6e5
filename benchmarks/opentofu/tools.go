//go:build tools

// Package tools pins the command that is built here, so that go.mod and go.sum cover it.
package tools

import _ "github.com/opentofu/opentofu/cmd/tofu"
