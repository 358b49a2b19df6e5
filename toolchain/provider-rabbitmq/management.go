package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
	rabbithole "github.com/michaelklishin/rabbit-hole/v2"
)

// management reaches the parts of RabbitMQ's HTTP API that the bridged client does not know.
type management struct {
	*rabbithole.Client
	http *http.Client
}

// vhost holds a virtual host's properties as RabbitMQ writes and reads them.
type vhost struct {
	Description      string               `json:"description"`
	DefaultQueueType string               `json:"default_queue_type,omitempty"`
	Tags             rabbithole.VhostTags `json:"tags"`
	Tracing          bool                 `json:"tracing"`
}

var errMissing = errors.New("it does not exist")

// connections are those of each configured provider, by the client that the bridged code uses.
type connections map[*rabbithole.Client]*management

func (all connections) api(meta any) *management {
	return all[meta.(*rabbithole.Client)]
}

// extendClient brings the bridged client level, and keeps a connection of its own beside it.
func extendClient(provider *schema.Provider) connections {
	known, configure := connections{}, provider.ConfigureFunc
	provider.ConfigureFunc = func(data *schema.ResourceData) (any, error) {
		meta, err := configure(data)
		if err != nil {
			return nil, err
		}
		client := meta.(*rabbithole.Client)
		known[client], err = connect(data, client)
		return client, err
	}
	return known
}

// connect uses the provider's own configuration: the same certificates, the same proxy.
func connect(data *schema.ResourceData, client *rabbithole.Client) (*management, error) {
	settings := &tls.Config{InsecureSkipVerify: data.Get("insecure").(bool)}
	if file := data.Get("cacert_file").(string); file != "" {
		certificates, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		settings.RootCAs = x509.NewCertPool()
		settings.RootCAs.AppendCertsFromPEM(certificates)
	}
	certificate, key := data.Get("clientcert_file").(string), data.Get("clientkey_file").(string)
	if certificate != "" && key != "" {
		pair, err := tls.LoadX509KeyPair(certificate, key)
		if err != nil {
			return nil, err
		}
		settings.Certificates = []tls.Certificate{pair}
	}
	proxy := http.ProxyFromEnvironment
	if address := data.Get("proxy").(string); address != "" {
		parsed, err := url.Parse(address)
		if err != nil {
			return nil, err
		}
		proxy = http.ProxyURL(parsed)
	}
	transport := answers{&http.Transport{TLSClientConfig: settings, Proxy: proxy}}
	client.SetTransport(transport)
	client.SetTimeout(requestTimeout)
	return &management{client, &http.Client{Transport: transport, Timeout: requestTimeout}}, nil
}

func (api *management) getVhost(name string) (vhost, error) {
	var found vhost
	body, err := api.request(http.MethodGet, nil, "vhosts", name)
	if err != nil {
		return found, fmt.Errorf("reading the vhost %q: %w", name, err)
	}
	if err := json.Unmarshal(body, &found); err != nil {
		return found, fmt.Errorf("reading the vhost %q: %w", name, err)
	}
	return found, nil
}

func (api *management) putVhost(name string, wanted vhost) error {
	body, err := json.Marshal(wanted)
	if err != nil {
		return err
	}
	if _, err := api.request(http.MethodPut, body, "vhosts", name); err != nil {
		return fmt.Errorf("writing the vhost %q: %w", name, err)
	}
	return nil
}

func (api *management) request(method string, body []byte, path ...string) ([]byte, error) {
	address := strings.TrimRight(api.Endpoint, "/") + "/api"
	for _, segment := range path {
		address += "/" + url.PathEscape(segment)
	}
	request, err := http.NewRequest(method, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.SetBasicAuth(api.Username, api.Password)
	request.Header.Set("Content-Type", "application/json")
	answer, err := api.http.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode == http.StatusNotFound {
		return nil, errMissing
	}
	if answer.StatusCode >= http.StatusBadRequest {
		return nil, fmt.Errorf("RabbitMQ answered %s: %s", answer.Status, bytes.TrimSpace(content))
	}
	return content, nil
}
