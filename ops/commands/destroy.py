"""`destroy`: empties a stack's sandbox."""

from __future__ import annotations

from ops.options import (
    ApiServerOption,
    ClusterOption,
    KubeconfigOption,
    StackArgument,
    explained,
    named_with_a_file,
    refuse_wrong,
)

EPILOG = "Example: ./bbp destroy dev"


def destroy(
    stack: StackArgument,
    api_server: ApiServerOption = False,
    kubeconfig: KubeconfigOption = None,
    cluster: ClusterOption = None,
) -> None:
    """Empty a stack's sandbox, in the order in which the engine would destroy the real stack.

    With --kubeconfig also the objects that the rehearsal made in that file's cluster are deleted, nothing else there.
    """
    refuse_wrong(stack)
    from ops.answers.destroy import destroy as run
    from ops.document.terminal import show
    from ops.views.destroy import section

    with explained():
        named_with_a_file(cluster, kubeconfig)
        counts = run(stack, api_server=api_server, kubeconfig=kubeconfig, cluster=cluster)
    show(section(stack, counts, kubeconfig))
