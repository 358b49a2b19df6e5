package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// requestTimeout bounds each request: the bridged client waits for ever by default. RabbitMQ
// answers within seconds also when it deletes a queue with millions of messages.
const requestTimeout = time.Minute

// A request is sent so often, with a pause in between.
const (
	tries = 4
	pause = 200 * time.Millisecond
)

// declared are the properties of a queue or an exchange that the provider reads.
var declared = []string{
	"name", "vhost", "type", "durable", "auto_delete", "exclusive", "internal", "arguments",
}

// answers passes requests on and hands the bridged client, rabbit-hole 2.13, only what it can
// decode. Of a queue or an exchange that is what was declared. The statistics beside it are left
// out: a consumer on a direct connection, which a shovel or a federation link with the URI
// amqp:///VHOST has, is listed with the peer_port "undefined", and one whose channel is gone with
// the channel_details []. The published package's client, rabbit-hole 3.2, decodes both.
type answers struct {
	next http.RoundTripper
}

func (passed answers) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := passed.served(request)
	if err != nil {
		if errors.Is(request.Context().Err(), context.DeadlineExceeded) {
			return nil, fmt.Errorf("RabbitMQ did not answer within %s", requestTimeout)
		}
		return nil, err
	}
	if request.Method != http.MethodGet || response.StatusCode != http.StatusOK ||
		!ofOneObject(request.URL) {
		return response, nil
	}
	content, err := io.ReadAll(response.Body)
	response.Body.Close()
	if err != nil {
		return nil, err
	}
	content = declaration(content)
	response.Body = io.NopCloser(bytes.NewReader(content))
	response.ContentLength = int64(len(content))
	response.Header.Set("Content-Length", strconv.Itoa(len(content)))
	return response, nil
}

// served sends a read or a declaration again, to what may be the next of several nodes, when one
// did not serve it: both do the same however often they are sent. Deletions are sent once.
func (passed answers) served(request *http.Request) (*http.Response, error) {
	for try := 1; ; try++ {
		response, err := passed.next.RoundTrip(request)
		if !repeatable(request) || try == tries || request.Context().Err() != nil {
			return response, err
		}
		if err == nil {
			if !ofBalancer(response) {
				return response, nil
			}
			response.Body.Close()
		}
		select {
		case <-time.After(pause):
		case <-request.Context().Done():
		}
		if request.GetBody != nil {
			if request.Body, err = request.GetBody(); err != nil {
				return nil, err
			}
		}
	}
}

func repeatable(request *http.Request) bool {
	return request.Method == http.MethodGet ||
		request.Method == http.MethodPut && request.GetBody != nil
}

// ofBalancer is true where a load balancer says that its node does not answer. RabbitMQ's own
// answers are JSON.
func ofBalancer(response *http.Response) bool {
	switch response.StatusCode {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return !strings.Contains(response.Header.Get("Content-Type"), "json")
	}
	return false
}

// ofOneObject is true of …/api/queues/VHOST/NAME and …/api/exchanges/VHOST/NAME, below any path
// that a proxy puts before them. Names come percent-encoded, so they hold no slash.
func ofOneObject(address *url.URL) bool {
	parts := strings.Split(address.EscapedPath(), "/")
	last := len(parts) - 1
	return last >= 4 && parts[last-3] == "api" &&
		(parts[last-2] == "queues" || parts[last-2] == "exchanges")
}

// declaration is what an object was declared with; what is not an object is left as it is.
func declaration(content []byte) []byte {
	var found map[string]json.RawMessage
	if json.Unmarshal(content, &found) != nil {
		return content
	}
	kept := map[string]json.RawMessage{}
	for _, property := range declared {
		if value, there := found[property]; there {
			kept[property] = value
		}
	}
	// RabbitMQ's word for "not said"; rabbit-hole took it for true until release 3.1.
	if string(kept["auto_delete"]) == `"undefined"` {
		kept["auto_delete"] = json.RawMessage("false")
	}
	shortened, err := json.Marshal(kept)
	if err != nil {
		return content
	}
	return shortened
}
