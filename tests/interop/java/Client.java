import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

// For each line of standard input: carries a delivery out with amqp-client, and prints a line. A
// line in holds url, exchange_url, queue_url, routing_key and body, a line out "ok", exchange, queue
// and body, or "error" and the reason; all but the first word in Base64, separated by spaces.
// Standard input, because a URL with credentials does not belong in a process list.
public class Client {
    public static void main(String[] arguments) throws Exception {
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] given = Arrays.stream(line.split(" ", -1)).map(Client::decoded)
                .toArray(String[]::new);
            String answer;
            try {
                answer = "ok " + carriedOut(given);
            } catch (Exception error) {
                answer = "error " + encoded(reason(error));
            }
            System.out.println(answer);
            System.out.flush();
        }
    }

    private static String carriedOut(String[] delivery) throws Exception {
        String exchange = nameIn(delivery[1], "exchange");
        String queue = nameIn(delivery[2], "queue");
        var factory = new ConnectionFactory();
        factory.setUri(delivery[0]);
        factory.setAutomaticRecoveryEnabled(false);
        factory.setConnectionTimeout(10_000);
        try (Connection connection = factory.newConnection();
                Channel channel = connection.createChannel()) {
            var returned = new AtomicBoolean();
            channel.addReturnListener(message -> returned.set(true));
            channel.queueDeclarePassive(queue);
            channel.confirmSelect();
            byte[] body = delivery[4].getBytes(StandardCharsets.UTF_8);
            channel.basicPublish(exchange, delivery[3], true, null, body);
            channel.waitForConfirmsOrDie(10_000);
            if (returned.get()) {
                throw new IllegalStateException("the exchange has no queue for the routing key");
            }
            GetResponse message = channel.basicGet(queue, true);
            if (message == null) {
                throw new IllegalStateException("the queue is empty after a confirmed publish");
            }
            String got = new String(message.getBody(), StandardCharsets.UTF_8);
            return Arrays.stream(new String[] {exchange, queue, got}).map(Client::encoded)
                .collect(Collectors.joining(" "));
        }
    }

    private static String nameIn(String url, String kind) throws Exception {
        String[] parts = new URI(url).getRawFragment().split("=", 2);
        if (!parts[0].equals(kind)) {
            throw new IllegalArgumentException("the URL's fragment names no " + kind);
        }
        // URLDecoder takes a plus sign for a space, as in forms.
        return URLDecoder.decode(parts[1].replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static String reason(Throwable error) {
        String own = String.valueOf(error);
        return error.getCause() == null ? own : own + ": " + reason(error.getCause());
    }

    private static String encoded(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String decoded(String word) {
        return new String(Base64.getDecoder().decode(word), StandardCharsets.UTF_8);
    }
}
