package main

import (
	"encoding/json"
	"strconv"
	"strings"
)

// shovelKey is RabbitMQ's name for a field of the provider's shovel.
func shovelKey(field string) string {
	if field == "destination_queue_arguments" {
		return "dest-queue-args"
	}
	key := strings.ReplaceAll(field, "_", "-")
	key = strings.Replace(key, "destination-", "dest-", 1)
	return strings.Replace(key, "source-", "src-", 1)
}

// shovelDefinition is the value of the runtime parameter. What is empty is left out, as in the
// published package: RabbitMQ then takes its own default.
func shovelDefinition(info map[string]any) map[string]any {
	definition := map[string]any{}
	for field, value := range info {
		key := shovelKey(field)
		switch given := value.(type) {
		case string:
			if given == "" {
				continue
			}
			if number, err := strconv.Atoi(given); err == nil && strings.HasSuffix(key, "delete-after") {
				definition[key] = number
			} else if strings.HasSuffix(key, "-uri") {
				definition[key] = []string{given}
			} else {
				definition[key] = given
			}
		case bool:
			if given {
				definition[key] = given
			}
		case int:
			if given != 0 {
				definition[key] = given
			}
		case map[string]any:
			if len(given) > 0 {
				definition[key] = given
			}
		}
	}
	return definition
}

// shovelInfo is the provider's view of a parameter's value, with each field of the type of its
// zero value. What RabbitMQ does not have is zero; an empty map is left out.
func shovelInfo(definition map[string]any, zeros map[string]any) map[string]any {
	info := map[string]any{}
	for field, zero := range zeros {
		value := definition[shovelKey(field)]
		// Of several URIs the provider knows the first.
		if list, several := value.([]any); several && len(list) > 0 {
			value = list[0]
		}
		switch zero.(type) {
		case string:
			info[field] = plainText(value)
		case int:
			number, _ := value.(float64)
			info[field] = int(number)
		case bool:
			info[field] = value == true
		case map[string]any:
			properties, _ := value.(map[string]any)
			if len(properties) == 0 {
				continue
			}
			texts := map[string]any{}
			for name, property := range properties {
				texts[name] = plainText(property)
			}
			info[field] = texts
		}
	}
	return info
}

func plainText(value any) string {
	switch given := value.(type) {
	case nil:
		return ""
	case string:
		return given
	case float64:
		return strconv.FormatFloat(given, 'f', -1, 64)
	}
	encoded, _ := json.Marshal(value)
	return string(encoded)
}
