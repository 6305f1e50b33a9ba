"""What is known of licences beyond the EU's table at hand, each part with the publication it is from."""

from __future__ import annotations

from vocab.namespaces import AUTHORITY

EU_TABLE = f"{AUTHORITY}licence/"

# The EU's table of today, by the codes that catalogues which use it list: it has
# taken in licences that the Metadata Quality Assessment knew before. Its own IRI of such a licence stays
# where it is given, and counts as the same licence.
_CODES = (
    "0BSD AGPL_3_0 APACHE_2_0 APL_1_0 APSL_2_0 ARTISTIC_2_0 BSD_2_CLAUSE BSD_3_CLAUSE "
    "BSD_3_CLAUSE_LBNL BSD_PLUS_PATENT BSL_1_0 CATOSL_1_1 CC_BY_3_0_AT CC_BY_3_0_NL CC_PDM_1_0 "
    "CDDL_1_0 CECILL_2_1 CNRI_PYTHON CPAL_1_0 DLDE_BYNC_1_0 DLDE_BY_1_0 DLDE_BY_2_0 DLDE_ZERO_2_0 "
    "ECL_2_0 ECOS_2_0 EFL_2 ENTESSA EPL_2_0 EU_DATAGRID FAIR FRAMEWORX_1_0 GPL_2_0 GPL_3_0 HROD "
    "IODL_1_0 IODL_2_0 IPA IPL_1_0 ISC LGPL_2_1 LGPL_3_0 LILIQ_P_1_1 LILIQ_RPLUS_1_1 LILIQ_R_1_1 "
    "LPL_1_02 LPPL_1_3C MIROS MIT MOTOSOTO MPL_2_0 MS_PL MS_RL MULTICS NASA_1_3 NAUMEN NCSA NGPL "
    "NLOD_1_0 NOKIA NPOSL_3_0 NTP OCLC_2_0 OFL_1_1 OGL_1_0 OGL_2_0 OGL_3_0 OGL_NC OGL_ROU_1_0 OGTSL "
    "OPL_2_1 OSL_3_0 PHP_3_0 POSTGRE_SQL PSEUL PYTHON_2_0 QPL_1_0 RPL_1_5 RPSL_1_0 RSCPL SIMPL_2_0 "
    "SLEEPYCAT SPL_1_0 UCL_1_0 UPL_1_0 VSL_1_0 W3C WATCOM_1_0 ZLIB ZPL_2_0"
)
_TAKEN_IN = frozenset(_CODES.split())
_RENAMED = {
    "BSDplusPatent": "BSD_PLUS_PATENT",
    "EFL-2.0": "EFL_2",
    "EUDatagrid": "EU_DATAGRID",
    "NLOD": "NLOD_1_0",
    "OGLROU_1_0": "OGL_ROU_1_0",
    "PostgreSQL": "POSTGRE_SQL",
    "UPL": "UPL_1_0",
}


def eu_address(key: str) -> str | None:
    """The IRI in the EU's table of today of a licence that has another one in our scheme; None where the
    table has not taken it in."""
    code = _RENAMED.get(key) or key.upper().replace("-", "_").replace(".", "_")
    return EU_TABLE + code if code in _TAKEN_IN else None


# Italy's list of licences (w3id.org/italia/controlled-vocabulary/licences, version 1): codes without full
# stops to keys of our scheme. Left out: licences of a jurisdiction that neither table has.
_ITALIAN = (
    "A11:CC0 A12:ODC_PDDL A21:CC_BY_4_0 A22:CC_BY_3_0 A24:CC_BY_2_5 A26:CC_BY_2_0 A28:CC_BY_1_0 "
    "A29:IODL_2_0 A210:ODC_BY A31:CC_BYSA_4_0 A32:CC_BYSA_3_0 A34:CC_BYSA_2_5 A36:CC_BYSA_2_0 "
    "A38:CC_BYSA_1_0 A39:IODL_1_0 A310:ODC_BL B11:CC_BYNC_4_0 B12:CC_BYNC_3_0 B14:CC_BYNC_2_5 "
    "B16:CC_BYNC_2_0 B18:CC_BYNC_1_0 B19:CC_BYNCSA_4_0 B110:CC_BYNCSA_3_0 B112:CC_BYNCSA_2_5 "
    "B114:CC_BYNCSA_2_0 B116:CC_BYNCSA_1_0 B21:CC_BYND_4_0 B22:CC_BYND_3_0 B24:CC_BYND_2_5 "
    "B26:CC_BYND_2_0 B28:CC_BYND_1_0 B29:CC_BYNCND_1_0"
)
ITALIAN = dict(one.split(":") for one in _ITALIAN.split())
