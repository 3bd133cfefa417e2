# The public names, each once: type checkers and editors read them here, and __init__.py does
# when a name is first used.
from kresolve.api.exploring import explain as explain
from kresolve.api.exploring import gates as gates
from kresolve.api.exploring import graph as graph
from kresolve.api.exploring import search as search
from kresolve.api.exploring import show as show
from kresolve.api.fragments import check as check
from kresolve.api.fragments import lint as lint
from kresolve.api.fragments import merge as merge
from kresolve.api.fragments import migrate as migrate
from kresolve.api.minimizing import minimize as minimize
from kresolve.api.planning import plan as plan
from kresolve.api.survey import survey as survey
from kresolve.api.survey_run import Survey as Survey
from kresolve.api.tree import Tree as Tree
from kresolve.dependency_graph import Graph as Graph
from kresolve.errors import DisagreementError as DisagreementError
from kresolve.errors import KresolveError as KresolveError
from kresolve.evaluator import Configuration as Configuration
from kresolve.evaluator.effects import Effects as Effects
from kresolve.explanation.derivation import Derivation as Derivation
from kresolve.explanation.symbol_page import SymbolPage as SymbolPage
from kresolve.fragments.checking import Check as Check
from kresolve.fragments.findings import Finding as Finding
from kresolve.fragments.findings import Lint as Lint
from kresolve.fragments.merging import Merge as Merge
from kresolve.fragments.migrating import MigratedLine as MigratedLine
from kresolve.fragments.migrating import Migration as Migration
from kresolve.kconfig.model import Symbol as Symbol
from kresolve.kconfig.symbol_search import SearchResult as SearchResult
from kresolve.kconfig.symbol_search import SymbolHit as SymbolHit
from kresolve.planner import Conflict as Conflict
from kresolve.planner import Plan as Plan
from kresolve.planner import PlanLine as PlanLine
from kresolve.planner import TargetResult as TargetResult
from kresolve.planner import any_of as any_of
from kresolve.planner.backbone import Backbone as Backbone
from kresolve.planner.minimizing import Minimal as Minimal
from kresolve.rendering.explanation import Explanation as Explanation
from kresolve.rendering.graph_file import GraphPicture as GraphPicture
from kresolve.rendering.graph_file import draw as draw

__version__: str
