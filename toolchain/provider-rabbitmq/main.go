// Command pulumi-resource-rabbitmq serves the RabbitMQ provider where the
// published plugin cannot be downloaded. It bridges the same upstream provider
// and answers to the same tokens, so a stack's state moves between the two.
package main

import (
	_ "embed"

	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
	shimv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
	"github.com/terraform-providers/terraform-provider-rabbitmq/rabbitmq"
)

const (
	name   = "rabbitmq"
	module = "index"
)

// version is set by the build: the plugin version that the Python package asks for.
var version = "0.0.0-dev"

// The engine wants a schema only to generate SDKs; the published package has it.
//
//go:embed schema.json
var packageSchema []byte

// upstream is the bridged provider, brought level with the release that the published
// package bridges.
func upstream() *schema.Provider {
	provider := rabbitmq.Provider()
	known := extendClient(provider)
	extendVhosts(provider, known)
	extendShovels(provider, known)
	// A changed setting would be planned as an update, which RabbitMQ does not have.
	settings := provider.ResourcesMap["rabbitmq_exchange"].Schema["settings"]
	for _, setting := range settings.Elem.(*schema.Resource).Schema {
		setting.ForceNew = true
	}
	return provider
}

func provider() tfbridge.ProviderInfo {
	info := tfbridge.ProviderInfo{
		P:                shimv2.NewProvider(upstream()),
		Name:             name,
		Version:          version,
		GitHubOrg:        "cyrilgdn",
		UpstreamRepoPath: ".",
		Resources: map[string]*tfbridge.ResourceInfo{
			// The published package writes VHost, the bridge would write Vhost.
			"rabbitmq_vhost": {Tok: tfbridge.MakeResource(name, module, "VHost")},
		},
		DataSources: map[string]*tfbridge.DataSourceInfo{
			"rabbitmq_vhost": {Tok: tfbridge.MakeDataSource(name, module, "getVHost")},
		},
		Config: map[string]*tfbridge.SchemaInfo{
			"endpoint":    envDefault("RABBITMQ_ENDPOINT"),
			"username":    envDefault("RABBITMQ_USERNAME"),
			"password":    envDefault("RABBITMQ_PASSWORD"),
			"insecure":    envDefault("RABBITMQ_INSECURE"),
			"cacert_file": envDefault("RABBITMQ_CACERT"),
		},
	}
	info.MustComputeTokens(tokens.SingleModule("rabbitmq_", module, tokens.MakeStandard(name)))
	info.SetAutonaming(255, "-")
	return info
}

func envDefault(variable string) *tfbridge.SchemaInfo {
	return &tfbridge.SchemaInfo{Default: &tfbridge.DefaultInfo{EnvVars: []string{variable}}}
}

func main() {
	tfbridge.Main(name, version, provider(), packageSchema)
}
