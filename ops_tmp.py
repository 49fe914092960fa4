import cProfile, pstats, os, sys
from tests.bench import project, operations
operations.ITEMS=3000
from tests.bench.stub import Stub
from loyalty.store.engine import batch
batch.side_by_side = lambda call, b: [call(x) for x in b]
with Stub() as stub:
    p=project.Project(stub.endpoint_url); operations._configure(p.database)
    w=operations._import(p.database,"new"); w()
    pr=cProfile.Profile(); pr.enable(); w(); pr.disable()
    st=pstats.Stats(pr, stream=sys.stderr); st.sort_stats("tottime").print_stats(38)
