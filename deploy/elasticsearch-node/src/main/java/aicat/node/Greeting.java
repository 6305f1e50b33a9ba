package aicat.node;

import static org.elasticsearch.rest.RestRequest.Method.GET;
import static org.elasticsearch.rest.RestRequest.Method.HEAD;

import java.io.IOException;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;

import org.elasticsearch.Build;
import org.elasticsearch.client.internal.node.NodeClient;
import org.elasticsearch.cluster.ClusterName;
import org.elasticsearch.cluster.node.DiscoveryNodes;
import org.elasticsearch.features.NodeFeature;
import org.elasticsearch.index.IndexVersion;
import org.elasticsearch.plugins.ActionPlugin;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.rest.BaseRestHandler;
import org.elasticsearch.rest.RestHandler;
import org.elasticsearch.rest.RestRequest;
import org.elasticsearch.rest.RestResponse;
import org.elasticsearch.rest.RestStatus;
import org.elasticsearch.xcontent.XContentBuilder;

/** What a node says at its address without a path; the module that does it is not published. */
public final class Greeting extends Plugin implements ActionPlugin {
    @Override
    public List<RestHandler> getRestHandlers(
        RestHandlersServices services, Supplier<DiscoveryNodes> nodes, Predicate<NodeFeature> feature) {
        return List.of(new Handler(ClusterName.CLUSTER_NAME_SETTING.get(services.settings()), nodes));
    }

    private static final class Handler extends BaseRestHandler {
        private final ClusterName cluster;
        private final Supplier<DiscoveryNodes> nodes;

        Handler(ClusterName cluster, Supplier<DiscoveryNodes> nodes) {
            this.cluster = cluster;
            this.nodes = nodes;
        }

        @Override
        public String getName() {
            return "aicat_greeting";
        }

        @Override
        public List<Route> routes() {
            return List.of(new Route(GET, "/"), new Route(HEAD, "/"));
        }

        @Override
        protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
            return channel -> channel.sendResponse(new RestResponse(RestStatus.OK, body(channel.newBuilder())));
        }

        private XContentBuilder body(XContentBuilder to) throws IOException {
            Build build = Build.current();
            to.startObject();
            to.field("name", nodes.get().getLocalNode().getName());
            to.field("cluster_name", cluster.value());
            to.startObject("version");
            to.field("number", build.version());
            to.field("build_flavor", "default");
            to.field("lucene_version", IndexVersion.current().luceneVersion().toString());
            to.endObject();
            to.field("tagline", "You Know, for Search"); // by which clients recognise the product
            return to.endObject();
        }
    }
}
