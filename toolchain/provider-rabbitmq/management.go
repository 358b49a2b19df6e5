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
	"time"

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
	transport := &http.Transport{TLSClientConfig: settings, Proxy: proxy}
	return &management{client, &http.Client{Transport: transport, Timeout: time.Minute}}, nil
}

func (api *management) getVhost(name string) (vhost, error) {
	var found vhost
	body, err := api.request(http.MethodGet, name, nil)
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
	if _, err := api.request(http.MethodPut, name, body); err != nil {
		return fmt.Errorf("writing the vhost %q: %w", name, err)
	}
	return nil
}

func (api *management) request(method, name string, body []byte) ([]byte, error) {
	address := strings.TrimRight(api.Endpoint, "/") + "/api/vhosts/" + url.PathEscape(name)
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
