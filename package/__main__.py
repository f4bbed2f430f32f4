"""The provider plugin: started by Pulumi when a program in any language uses the package (see PulumiPlugin.yaml)."""

from bailbondpro.components.provider.host import serve

if __name__ == "__main__":
    serve()
