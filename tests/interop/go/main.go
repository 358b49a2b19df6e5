// Command interop reads a delivery (JSON) from standard input, carries it out with amqp091-go, and
// prints the receipt. Standard input, because a URL with credentials does not belong in a process
// list.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

const patience = 10 * time.Second

type delivery struct {
	URL         string `json:"url"`
	ExchangeURL string `json:"exchange_url"`
	QueueURL    string `json:"queue_url"`
	RoutingKey  string `json:"routing_key"`
	Body        string `json:"body"`
}

type receipt struct {
	Exchange string `json:"exchange"`
	Queue    string `json:"queue"`
	Body     string `json:"body"`
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	var asked delivery
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		return fmt.Errorf("standard input holds no delivery: %w", err)
	}
	done, err := asked.carryOut()
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(done)
}

func (asked delivery) carryOut() (receipt, error) {
	exchange, err := nameIn(asked.ExchangeURL, "exchange")
	if err != nil {
		return receipt{}, err
	}
	queue, err := nameIn(asked.QueueURL, "queue")
	if err != nil {
		return receipt{}, err
	}
	connection, err := amqp.DialConfig(asked.URL, amqp.Config{Dial: amqp.DefaultDial(patience)})
	if err != nil {
		return receipt{}, err
	}
	defer connection.Close()
	channel, err := connection.Channel()
	if err != nil {
		return receipt{}, err
	}
	if _, err := channel.QueueDeclarePassive(queue, true, false, false, false, nil); err != nil {
		return receipt{}, err
	}
	if err := publish(channel, exchange, asked.RoutingKey, asked.Body); err != nil {
		return receipt{}, err
	}
	message, found, err := channel.Get(queue, true)
	if err != nil {
		return receipt{}, err
	}
	if !found {
		return receipt{}, fmt.Errorf("the queue %q is empty after a confirmed publish", queue)
	}
	return receipt{Exchange: exchange, Queue: queue, Body: string(message.Body)}, nil
}

// publish returns once the broker has the message in a queue.
func publish(channel *amqp.Channel, exchange, key, body string) error {
	if err := channel.Confirm(false); err != nil {
		return err
	}
	closed := channel.NotifyClose(make(chan *amqp.Error, 1))
	returned := channel.NotifyReturn(make(chan amqp.Return, 1))
	confirmed := channel.NotifyPublish(make(chan amqp.Confirmation, 1))
	message := amqp.Publishing{Body: []byte(body)}
	if err := channel.Publish(exchange, key, true, false, message); err != nil {
		return err
	}
	select {
	case confirmation, open := <-confirmed:
		if !open {
			return fmt.Errorf("the channel was closed: %w", <-closed)
		}
		if !confirmation.Ack {
			return errors.New("the broker did not take the message")
		}
	case <-time.After(patience):
		return errors.New("the broker did not confirm the message")
	}
	select {
	case undelivered := <-returned:
		return errors.New(undelivered.ReplyText)
	default:
		return nil
	}
}

func nameIn(raw, kind string) (string, error) {
	parsed, err := url.Parse(raw)
	if err != nil {
		return "", err
	}
	name, found := strings.CutPrefix(parsed.EscapedFragment(), kind+"=")
	if !found {
		return "", fmt.Errorf("the URL's fragment names no %s", kind)
	}
	return url.PathUnescape(name)
}
