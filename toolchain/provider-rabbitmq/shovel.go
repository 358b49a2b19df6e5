package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
)

// propertyMaps are fields that were text in the bridged release and are maps in the one that the
// published package bridges. RabbitMQ takes and gives objects, so text never worked.
var propertyMaps = []string{
	"destination_application_properties",
	"destination_properties",
	"destination_publish_properties",
}

// shovels gives the bridged shovel the fields of the published package, the version of its
// schema, which is kept in states, and the reading of every shovel that RabbitMQ can have.
type shovels struct {
	connections
	zeros map[string]any
}

func extendShovels(provider *schema.Provider, known connections) {
	resource := provider.ResourcesMap["rabbitmq_shovel"]
	before := resource.CoreConfigSchema().ImpliedType()
	fields := resource.Schema["info"].Elem.(*schema.Resource).Schema
	for _, field := range append(propertyMaps, "destination_queue_arguments") {
		fields[field] = &schema.Schema{Type: schema.TypeMap, Optional: true, ForceNew: true}
	}
	extended := shovels{known, map[string]any{}}
	for field, description := range fields {
		extended.zeros[field] = description.ZeroValue()
	}
	resource.SchemaVersion = 1
	resource.StateUpgraders = []schema.StateUpgrader{{Type: before, Upgrade: upgradeShovel}}
	resource.Create = extended.create
	resource.Update = extended.update
	resource.Read = extended.read
	resource.Delete = extended.delete
}

// upgradeShovel takes text out of the fields that are maps now: it was never applied.
func upgradeShovel(_ context.Context, state map[string]any, _ any) (map[string]any, error) {
	infos, _ := state["info"].([]any)
	for _, info := range infos {
		fields, _ := info.(map[string]any)
		for _, field := range propertyMaps {
			if _, text := fields[field].(string); text {
				delete(fields, field)
			}
		}
	}
	return state, nil
}

func (all shovels) create(data *schema.ResourceData, meta any) error {
	name, vhost := data.Get("name").(string), data.Get("vhost").(string)
	if err := all.put(data, meta, vhost, name); err != nil {
		return err
	}
	data.SetId(fmt.Sprintf("%s@%s", name, vhost))
	return all.read(data, meta)
}

func (all shovels) update(data *schema.ResourceData, meta any) error {
	name, vhost, err := nameAndVhost(data.Id())
	if err != nil {
		return err
	}
	if err := all.put(data, meta, vhost, name); err != nil {
		return err
	}
	return all.read(data, meta)
}

func (all shovels) put(data *schema.ResourceData, meta any, vhost, name string) error {
	info, _ := data.Get("info").([]any)[0].(map[string]any)
	body, err := json.Marshal(map[string]any{"value": shovelDefinition(info)})
	if err != nil {
		return err
	}
	if _, err := all.api(meta).request(
		http.MethodPut, body, "parameters", "shovel", vhost, name,
	); err != nil {
		return fmt.Errorf("declaring the shovel %q: %w", name, err)
	}
	return nil
}

func (all shovels) read(data *schema.ResourceData, meta any) error {
	name, vhost, err := nameAndVhost(data.Id())
	if err != nil {
		return err
	}
	body, err := all.api(meta).request(http.MethodGet, nil, "parameters", "shovel", vhost, name)
	if errors.Is(err, errMissing) {
		data.SetId("")
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading the shovel %q: %w", name, err)
	}
	var found struct {
		Value map[string]any `json:"value"`
	}
	if err := json.Unmarshal(body, &found); err != nil {
		return fmt.Errorf("reading the shovel %q: %w", name, err)
	}
	values := map[string]any{
		"name":  name,
		"vhost": vhost,
		"info":  []any{shovelInfo(found.Value, all.zeros)},
	}
	for field, value := range values {
		if err := data.Set(field, value); err != nil {
			return err
		}
	}
	return nil
}

// delete takes a shovel that is gone for deleted, as the provider does with all other objects: one
// with source_delete_after deletes itself.
func (all shovels) delete(data *schema.ResourceData, meta any) error {
	name, vhost, err := nameAndVhost(data.Id())
	if err != nil {
		return err
	}
	_, err = all.api(meta).request(http.MethodDelete, nil, "parameters", "shovel", vhost, name)
	if err != nil && !errors.Is(err, errMissing) {
		return fmt.Errorf("deleting the shovel %q: %w", name, err)
	}
	return nil
}

func nameAndVhost(id string) (name, vhost string, err error) {
	name, vhost, found := strings.Cut(id, "@")
	if !found || strings.Contains(vhost, "@") {
		return "", "", fmt.Errorf("unable to parse resource id: %s", id)
	}
	return name, vhost, nil
}
