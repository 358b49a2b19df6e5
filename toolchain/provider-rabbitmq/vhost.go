package main

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
	rabbithole "github.com/michaelklishin/rabbit-hole/v2"
)

// noQueueType is RabbitMQ's own word for "as the node's configuration says".
const noQueueType = "undefined"

// limits maps the vhost's properties to RabbitMQ's names for them.
var limits = map[string]string{
	"max_connections": "max-connections",
	"max_queues":      "max-queues",
}

// vhosts gives the bridged vhost the properties that the published package declares: upstream
// has them from a later release on, and in this one knows only the name.
//
// A queue type or a limit that the program does not set is not managed: it is not read back,
// and an update leaves it on the broker as it is. So are the vhost's tags.
type vhosts struct {
	connections
}

func extendVhosts(provider *schema.Provider, known connections) {
	extended := vhosts{known}
	resource := provider.ResourcesMap["rabbitmq_vhost"]
	for _, name := range []string{"description", "default_queue_type"} {
		resource.Schema[name] = &schema.Schema{Type: schema.TypeString, Optional: true}
	}
	resource.Schema["tracing"] = &schema.Schema{Type: schema.TypeBool, Optional: true}
	for name := range limits {
		resource.Schema[name] = &schema.Schema{
			Type:         schema.TypeString,
			Optional:     true,
			ValidateFunc: validateLimit,
		}
	}
	resource.Create = extended.create
	resource.Update = extended.update
	resource.Read = extended.read
}

func validateLimit(value any, name string) ([]string, []error) {
	if _, err := strconv.Atoi(value.(string)); err != nil {
		return nil, []error{fmt.Errorf("%s must be a whole number such as \"100\"", name)}
	}
	return nil, nil
}

func (all vhosts) create(data *schema.ResourceData, meta any) error {
	name := data.Get("name").(string)
	if err := writeProperties(all.api(meta), name, data); err != nil {
		return err
	}
	// From here on it exists: a limit that fails must not make the engine forget it.
	data.SetId(name)
	if err := writeLimits(all.api(meta), data); err != nil {
		return err
	}
	return all.read(data, meta)
}

func (all vhosts) update(data *schema.ResourceData, meta any) error {
	if data.HasChanges("description", "default_queue_type", "tracing") {
		if err := writeProperties(all.api(meta), data.Id(), data); err != nil {
			return err
		}
	}
	if err := writeLimits(all.api(meta), data); err != nil {
		return err
	}
	return all.read(data, meta)
}

// writeProperties writes all of them at once, since RabbitMQ forgets those left out.
func writeProperties(api *management, name string, data *schema.ResourceData) error {
	wanted, err := api.getVhost(name)
	if err != nil && !errors.Is(err, errMissing) {
		return err
	}
	wanted.Description = data.Get("description").(string)
	wanted.Tracing = data.Get("tracing").(bool)
	if queueType := data.Get("default_queue_type").(string); queueType != "" {
		wanted.DefaultQueueType = queueType
	} else if data.HasChange("default_queue_type") {
		wanted.DefaultQueueType = noQueueType
	}
	return api.putVhost(name, wanted)
}

// writeLimits touches only the limits that changed, so that none is ever lifted in between.
func writeLimits(api *management, data *schema.ResourceData) error {
	for property, limit := range limits {
		if !data.HasChange(property) {
			continue
		}
		var err error
		if text := data.Get(property).(string); text == "" {
			_, err = api.DeleteVhostLimits(data.Id(), rabbithole.VhostLimits{limit})
		} else {
			var number int
			if number, err = strconv.Atoi(text); err == nil {
				values := rabbithole.VhostLimitsValues{limit: number}
				_, err = api.PutVhostLimits(data.Id(), values)
			}
		}
		if err != nil {
			return fmt.Errorf("setting %s of the vhost %q: %w", limit, data.Id(), err)
		}
	}
	return nil
}

func (all vhosts) read(data *schema.ResourceData, meta any) error {
	api := all.api(meta)
	found, err := api.getVhost(data.Id())
	if errors.Is(err, errMissing) {
		data.SetId("")
		return nil
	}
	if err != nil {
		return err
	}
	set, err := api.GetVhostLimits(data.Id())
	if err != nil {
		return fmt.Errorf("reading the limits of the vhost %q: %w", data.Id(), err)
	}
	// An import knows nothing yet, so it takes over all there is.
	imported := data.Get("name").(string) == ""
	values := map[string]any{
		"name":        data.Id(),
		"description": found.Description,
		"tracing":     found.Tracing,
	}
	// RabbitMQ before 3.11 has no such property and says that it is undefined.
	known := found.DefaultQueueType != "" && found.DefaultQueueType != noQueueType
	if known && (imported || data.Get("default_queue_type").(string) != "") {
		values["default_queue_type"] = found.DefaultQueueType
	}
	for property, limit := range limits {
		if !imported && data.Get(property).(string) == "" {
			continue
		}
		values[property] = ""
		for _, one := range set {
			if number, there := one.Value[limit]; there {
				values[property] = strconv.Itoa(number)
			}
		}
	}
	for property, value := range values {
		if err := data.Set(property, value); err != nil {
			return err
		}
	}
	return nil
}
