package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	rabbithole "github.com/michaelklishin/rabbit-hole/v2"
)

func clientOf(t *testing.T, answer http.HandlerFunc, transport http.RoundTripper) *rabbithole.Client {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	client, err := rabbithole.NewTLSClient(server.URL, "guest", "guest", transport)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func says(content string) http.HandlerFunc {
	return func(to http.ResponseWriter, _ *http.Request) { to.Write([]byte(content)) }
}

const ofAQueue = `"name":"q","vhost":"/","durable":true,"arguments":{"x-queue-type":"quorum"}`

var statistics = map[string]string{
	"a consumer on a direct connection": `"consumer_details":[{"channel_details":` +
		`{"peer_host":"undefined","peer_port":"undefined"}}]`,
	"a consumer whose channel is gone":    `"consumer_details":[{"channel_details":[]}]`,
	"deliveries to a direct connection":   `"deliveries":[{"channel_details":{"peer_port":"undefined"}}]`,
	"a consumer utilisation that is text": `"consumer_utilisation":""`,
	"an owner on a direct connection":     `"owner_pid_details":{"peer_port":"undefined"}`,
	"nothing":                             `"messages":0`,
}

func TestAQueueIsReadWhateverItsStatisticsAre(t *testing.T) {
	for name, statistic := range statistics {
		t.Run(name, func(t *testing.T) {
			answer := says("{" + ofAQueue + `,"auto_delete":false,` + statistic + "}")
			client := clientOf(t, answer, answers{http.DefaultTransport})
			queue, err := client.GetQueue("/", "q/1")
			if err != nil {
				t.Fatal(err)
			}
			if queue.Name != "q" || !queue.Durable || queue.Arguments["x-queue-type"] != "quorum" {
				t.Errorf("read as %+v", queue)
			}
		})
	}
}

func TestAutoDeleteThatIsNotSaidIsFalse(t *testing.T) {
	answer := says("{" + ofAQueue + `,"auto_delete":"undefined"}`)
	client := clientOf(t, answer, answers{http.DefaultTransport})
	queue, err := client.GetQueue("/", "q")
	if err != nil || queue.AutoDelete {
		t.Errorf("queue: %v, %v", queue, err)
	}
	exchange, err := client.GetExchange("/", "e")
	if err != nil || exchange.AutoDelete {
		t.Errorf("exchange: %v, %v", exchange, err)
	}
}

func TestOtherAnswersAreLeftAsTheyAre(t *testing.T) {
	answer := says(`[{"name":"q","messages":5}]`)
	client := clientOf(t, answer, answers{http.DefaultTransport})
	queues, err := client.ListQueuesIn("/")
	if err != nil || len(queues) != 1 || queues[0].Messages != 5 {
		t.Errorf("queues: %v, %v", queues, err)
	}
}

func TestAMissingQueueStaysMissing(t *testing.T) {
	answer := func(to http.ResponseWriter, _ *http.Request) {
		to.WriteHeader(http.StatusNotFound)
		to.Write([]byte(`{"error":"Object Not Found","reason":"Not Found"}`))
	}
	client := clientOf(t, answer, answers{http.DefaultTransport})
	_, err := client.GetQueue("/", "q")
	response, ok := err.(rabbithole.ErrorResponse)
	if !ok || response.StatusCode != http.StatusNotFound {
		t.Errorf("error: %v", err)
	}
}

func TestABrokerThatDoesNotAnswerIsAnError(t *testing.T) {
	ended := make(chan struct{})
	answer := func(http.ResponseWriter, *http.Request) { <-ended }
	client := clientOf(t, answer, answers{http.DefaultTransport})
	t.Cleanup(func() { close(ended) })
	client.SetTimeout(50 * time.Millisecond)
	_, err := client.GetQueue("/", "q")
	if err == nil || !strings.Contains(err.Error(), "RabbitMQ did not answer within 1m0s") {
		t.Errorf("error: %v", err)
	}
}

// broken fails the first requests, as a load balancer with a node that is down.
type broken struct {
	left   int
	fail   http.HandlerFunc
	asked  int
	answer http.HandlerFunc
}

func (node *broken) serve(to http.ResponseWriter, request *http.Request) {
	node.asked++
	if node.left > 0 {
		node.left--
		node.fail(to, request)
		return
	}
	node.answer(to, request)
}

func closed(to http.ResponseWriter, _ *http.Request) {
	connection, _, _ := to.(http.Hijacker).Hijack()
	connection.Close()
}

func badGateway(to http.ResponseWriter, _ *http.Request) {
	to.Header().Set("Content-Type", "text/html")
	to.WriteHeader(http.StatusBadGateway)
}

func TestAReadGoesToTheNextNodeWhenOneIsDown(t *testing.T) {
	for name, fail := range map[string]http.HandlerFunc{"closed": closed, "502": badGateway} {
		t.Run(name, func(t *testing.T) {
			node := &broken{left: tries - 1, fail: fail, answer: says("{" + ofAQueue + "}")}
			client := clientOf(t, node.serve, answers{http.DefaultTransport})
			if _, err := client.GetQueue("/", "q"); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestADeclarationIsSentWholeToTheNextNode(t *testing.T) {
	var bodies []string
	node := &broken{left: 1, fail: closed, answer: func(http.ResponseWriter, *http.Request) {}}
	serve := func(to http.ResponseWriter, request *http.Request) {
		body, _ := io.ReadAll(request.Body)
		bodies = append(bodies, string(body))
		node.serve(to, request)
	}
	client := clientOf(t, serve, answers{http.DefaultTransport})
	_, err := client.DeclareQueue("/", "q", rabbithole.QueueSettings{Durable: true})
	if err != nil || len(bodies) != 2 || bodies[0] != bodies[1] || bodies[0] == "" {
		t.Errorf("sent %q, %v", bodies, err)
	}
}

func TestTheTriesEnd(t *testing.T) {
	node := &broken{left: 99, fail: badGateway}
	client := clientOf(t, node.serve, answers{http.DefaultTransport})
	if _, err := client.GetQueue("/", "q"); err == nil || node.asked != tries {
		t.Errorf("asked %d times, %v", node.asked, err)
	}
}

func TestDeletionsAreSentOnce(t *testing.T) {
	node := &broken{left: 99, fail: badGateway}
	client := clientOf(t, node.serve, answers{http.DefaultTransport})
	if _, err := client.DeleteQueue("/", "q"); err == nil || node.asked != 1 {
		t.Errorf("asked %d times, %v", node.asked, err)
	}
}
