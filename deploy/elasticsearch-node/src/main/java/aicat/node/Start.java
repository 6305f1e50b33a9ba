package aicat.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;

import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.node.Node;
import org.elasticsearch.node.PlainNode;
import org.elasticsearch.transport.netty4.Netty4Plugin;

/** Arguments: the node's folder, then the server's settings as name=value. Runs until SIGTERM. */
public final class Start {
    private Start() {}

    public static void main(String[] arguments) throws Exception {
        Path home = Path.of(arguments[0]).toAbsolutePath();
        Path config = Files.createDirectories(home.resolve("config"));
        Settings settings = settings(home, Arrays.asList(arguments).subList(1, arguments.length));
        LogConfigurator.configureESLogging();
        LogConfigurator.configureWithoutConfig(settings);

        Node node = new PlainNode(
            new Environment(settings, config), List.of(Netty4Plugin.class, Greeting.class));
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(node, ended), "stop"));
        node.start();
        System.out.println("READY " + settings.get("http.port"));
        ended.await();
    }

    private static Settings settings(Path home, List<String> given) {
        Settings.Builder all = Settings.builder()
            .put("path.home", home)
            .put("path.data", home.resolve("data"))
            .put("path.logs", home.resolve("logs"))
            .put("network.host", "127.0.0.1")
            .put("cluster.routing.allocation.disk.threshold_enabled", false);
        for (String one : given) {
            int at = one.indexOf('=');
            all.put(one.substring(0, at), one.substring(at + 1));
        }
        return all.build();
    }

    private static void close(Node node, CountDownLatch ended) {
        try {
            node.close();
        } catch (IOException error) {
            error.printStackTrace();
        } finally {
            ended.countDown();
        }
    }
}
