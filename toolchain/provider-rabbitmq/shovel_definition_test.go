package main

import (
	"encoding/json"
	"reflect"
	"testing"
)

var shovelZeros = map[string]any{
	"source_uri":                      "",
	"source_queue":                    "",
	"source_delete_after":             "",
	"source_prefetch_count":           0,
	"destination_uri":                 "",
	"destination_add_forward_headers": false,
	"destination_publish_properties":  map[string]any{},
	"destination_queue_arguments":     map[string]any{},
	"ack_mode":                        "",
	"reconnect_delay":                 0,
}

func TestAShovelIsWrittenWithRabbitMQsNames(t *testing.T) {
	written, _ := json.Marshal(shovelDefinition(map[string]any{
		"source_uri":                      "amqp:///v",
		"source_queue":                    "q",
		"source_delete_after":             "10",
		"source_prefetch_count":           0,
		"destination_uri":                 "amqp://",
		"destination_add_forward_headers": true,
		"destination_queue_arguments":     map[string]any{"x-queue-type": "quorum"},
		"ack_mode":                        "",
		"reconnect_delay":                 5,
	}))
	wanted := `{"dest-add-forward-headers":true,"dest-queue-args":{"x-queue-type":"quorum"},` +
		`"dest-uri":["amqp://"],"reconnect-delay":5,"src-delete-after":10,"src-queue":"q",` +
		`"src-uri":["amqp:///v"]}`
	if string(written) != wanted {
		t.Errorf("written as %s", written)
	}
}

func TestEveryShovelIsRead(t *testing.T) {
	var found map[string]any
	content := `{"src-uri":["amqp:///v","amqp://b"],"src-delete-after":10,"dest-uri":"amqp://",` +
		`"dest-publish-properties":{"delivery_mode":2,"app_id":"a"},"src-prefetch-count":7,` +
		`"dest-add-forward-headers":true,"src-consumer-args":{"x-priority":1}}`
	if err := json.Unmarshal([]byte(content), &found); err != nil {
		t.Fatal(err)
	}
	wanted := map[string]any{
		"source_uri":                      "amqp:///v",
		"source_queue":                    "",
		"source_delete_after":             "10",
		"source_prefetch_count":           7,
		"destination_uri":                 "amqp://",
		"destination_add_forward_headers": true,
		"destination_publish_properties":  map[string]any{"delivery_mode": "2", "app_id": "a"},
		"ack_mode":                        "",
		"reconnect_delay":                 0,
	}
	if info := shovelInfo(found, shovelZeros); !reflect.DeepEqual(info, wanted) {
		t.Errorf("read as %v", info)
	}
}
