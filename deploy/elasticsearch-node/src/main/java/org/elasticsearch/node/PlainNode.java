package org.elasticsearch.node;

import java.util.List;
import java.util.Map;
import java.util.Set;

import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.plugins.GivenPlugins;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.plugins.PluginsLoader;
import org.elasticsearch.plugins.PluginsService;

/**
 * A node with the plugins it is given and no others.
 * Lives in the server's package because a node is constructed from package-private parts.
 */
public final class PlainNode extends Node {
    public PlainNode(Environment environment, List<Class<? extends Plugin>> plugins) {
        super(construct(environment, plugins));
    }

    private static NodeConstruction construct(
        Environment environment, List<Class<? extends Plugin>> plugins) {
        PluginsLoader none = PluginsLoader.createPluginsLoader(Set.of(), Set.of(), Map.of(), false);
        NodeServiceProvider services = new NodeServiceProvider() {
            @Override
            PluginsService newPluginService(Environment here, PluginsLoader loader) {
                Settings settings = here.settings();
                return new GivenPlugins(settings, here.configDir(), loader, plugins);
            }
        };
        return NodeConstruction.prepareConstruction(environment, none, services, true);
    }
}
