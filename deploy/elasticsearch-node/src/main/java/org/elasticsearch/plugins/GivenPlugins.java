package org.elasticsearch.plugins;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import org.elasticsearch.Build;
import org.elasticsearch.common.settings.Settings;

/**
 * Plugins named as classes of the class path, where a distribution looks into its modules folder.
 * Lives in the server's package because loadPlugin and LoadedPlugin are not public.
 */
public final class GivenPlugins extends PluginsService {
    private final List<LoadedPlugin> plugins;

    public GivenPlugins(
        Settings settings, Path config, PluginsLoader loader, List<Class<? extends Plugin>> classes) {
        super(settings, config, loader);
        plugins = classes.stream().map(one -> load(one, settings, config)).toList();
    }

    private LoadedPlugin load(Class<? extends Plugin> one, Settings settings, Path config) {
        return new LoadedPlugin(describe(one), loadPlugin(one, settings, config), one.getClassLoader());
    }

    private static PluginDescriptor describe(Class<? extends Plugin> one) {
        String java = String.valueOf(Runtime.version().feature());
        String version = Build.current().version();
        return new PluginDescriptor(
            one.getSimpleName(), "from the class path", "1", version, java, one.getName(), null,
            List.of(), false, false, false, false, PluginDescriptor.DeploymentTarget.ALL);
    }

    @Override
    protected List<LoadedPlugin> plugins() {
        // The parent's constructor asks before the field is set.
        return plugins == null ? Stream.<LoadedPlugin>empty().toList() : plugins;
    }
}
